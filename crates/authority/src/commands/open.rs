//! `open`: from the enrolments over the manifest and the key ceremony to an open election.

use psephos_audit::{Phase, View};
use psephos_console::{Exit, Failure, nth};
use psephos_participant::Audited;
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::bodies::{Body, Manifest, Open as OpenBody};
use psephos_record::words::words;

use crate::cli::Open;
use crate::office::{Office, Wait, list};

/// Does what is due until the election is open.
pub fn run(arguments: Open) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, arguments.place.board.as_deref())?;
    let mut wait = Wait::new(&arguments.waiting);
    let mut audited = office.settle()?;
    let mut again = arguments.again;
    loop {
        match office.next(&audited)? {
            Next::Act(AuthorityAction::IssueManifest { attempt }) => {
                let failed = audited.view.phase == Phase::Failed;
                if failed && !std::mem::take(&mut again) {
                    return Err(failed_ceremony(&audited));
                }
                audited = issue(&mut office, &audited.view, attempt)?;
            }
            Next::Act(AuthorityAction::Open) => {
                audited = office.post(&audited.view, &Body::Open(OpenBody {}))?;
            }
            Next::Act(AuthorityAction::Propose) => {
                return Err(Failure::usage("the board is empty")
                    .advice("run `psephos-authority init` first"));
            }
            Next::Wait(awaited) if audited.view.phase < Phase::Voting => {
                if arguments.waiting.once {
                    office.tell(format!("not open yet: waiting for {}", list(&awaited)));
                    return Ok(Exit::Incomplete);
                }
                wait.on(&office, &awaited)?;
                audited = office.settle()?;
            }
            _ => break,
        }
    }
    if audited.view.phase == Phase::Voting {
        office
            .tell("The election is open.\nNext: `psephos-authority intake FILES…`, then `close`.");
    } else {
        office.tell("The election was opened before and voting has ended.");
    }
    Ok(Exit::Valid)
}

fn issue(office: &mut Office, view: &View, attempt: u64) -> Result<Audited, Failure> {
    let proposal = view.proposal.as_ref().ok_or_else(|| Failure::internal("no proposal stands"))?;
    let keys = view.enrolments.iter().flatten().map(|enrolment| enrolment.key).collect();
    let manifest = Manifest {
        keys,
        attempt,
        excluded: Vec::new(),
        proposal: proposal.digest,
        description: proposal.proposal.description.clone(),
    };
    let audited = office.post(view, &Body::Manifest(manifest))?;
    if let Some(standing) = &audited.view.manifest {
        office.tell("All trustees have enrolled; the manifest is issued.");
        office.tell(format!("  election  {}", hex::encode(standing.election)));
        office.tell(format!("            {}", words(&standing.election)));
    }
    Ok(audited)
}

fn failed_ceremony(audited: &Audited) -> Failure {
    let convicted: Vec<String> = audited
        .view
        .ceremony
        .convicted
        .iter()
        .map(|index| format!("trustee {}", nth(*index)))
        .collect();
    let blame =
        if convicted.is_empty() { "nobody can be named".to_owned() } else { convicted.join(", ") };
    let evidence = audited.report.failures.first().map_or("", |failure| failure.evidence.as_str());
    Failure::new(Exit::Incomplete, format!("the key ceremony has failed ({blame}): {evidence}"))
        .advice("speak with the trustees, then run `psephos-authority open --again`")
}
