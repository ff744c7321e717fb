"""What Schemathesis needs to send bodies that are neither JSON nor text: the bytes as they are."""

import schemathesis


@schemathesis.serializer("application/cbor")
def cbor(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
