//! The OpenAPI document's own words; the rest of it comes from the handlers.

use utoipa::ToSchema;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

/// Bytes as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Binary(());

/// What stands at the head of the document.
pub fn base() -> OpenApi {
    let license =
        LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("The board of a Psephos election")
        .version("1")
        .description(Some(
            "A board that is read and written over HTTP (spec/board-server.md). Nothing that it answers is to be \
             believed: records are signed, lists are named by their hashes, and whoever reads verifies.",
        ))
        .license(Some(license.build()));
    OpenApiBuilder::new().info(info.build()).build()
}

/// The document with what no handler says: it is served below any root.
pub fn finish(mut document: OpenApi) -> OpenApi {
    document.servers = None;
    document
}
