//! Invitations: the line by which the authority invites a trustee (spec/08-board.md, "Invitations").
