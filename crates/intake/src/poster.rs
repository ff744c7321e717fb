//! The poster: puts what was taken on the board, whichever server took it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use psephos_audit::{Phase, Polling, View, ballot_layouts};
use psephos_core::{Digest, Encoding};
use psephos_proofs::ballot::tracker;
use psephos_record::board::{Board, BoardError, Placed};
use psephos_record::message::{Record, SignedMessage, file_digest};
use psephos_remote::Files;

use crate::blocks::{Block, Blocks, bodies, sign_all};
use crate::journal::{FOLDER, Group};
use crate::known::name_of;
use crate::{IntakeError, SharedBoard};

/// About how many bytes of ballots one block takes.
const BLOCK: usize = 64 << 20;

/// What one server knows of the posting so far.
pub(crate) struct Poster {
    board: SharedBoard,
    files: Arc<dyn Files>,
    key: SigningKey,
    blocks: Blocks,
    /// How many records were read.
    read: u64,
    /// The intake's messages among them.
    stand: HashSet<Digest>,
    /// The lists of ballots among them, and every ballot in these.
    lists: BTreeSet<Digest>,
    posted: HashSet<u128>,
}

impl Poster {
    pub fn new(board: SharedBoard, files: Arc<dyn Files>, key: SigningKey) -> Self {
        Self {
            board,
            files,
            key,
            blocks: Blocks::default(),
            read: 0,
            stand: HashSet::new(),
            lists: BTreeSet::new(),
            posted: HashSet::new(),
        }
    }

    /// Posts until nothing is left that was durable when the call began.
    ///
    /// The blocks are read before the journal: whoever then makes the next block has seen all others, and so
    /// knows what they cover.
    pub fn post(&mut self) -> Result<(), IntakeError> {
        loop {
            self.blocks.catch_up(&*self.files)?;
            let names = self.files.list(FOLDER)?;
            if names.is_empty() {
                return Ok(());
            }
            let view = self.look()?;
            let view = self.settle(view, &names)?;
            let open: Vec<String> =
                names.into_iter().filter(|name| !self.blocks.cover(name)).collect();
            if open.is_empty() {
                return Ok(());
            }
            if view.phase != Phase::Voting {
                return Err(self.withheld(&open)?);
            }
            self.make_block(&view, open)?;
        }
    }

    fn author(&self) -> Encoding {
        self.key.verifying_key().to_bytes()
    }

    /// Reads what has come onto the board.
    fn look(&mut self) -> Result<View, IntakeError> {
        let view = view(&*self.board)?;
        while self.read < view.records {
            let file = match self.board.record(self.read) {
                Err(BoardError::RecordTooLarge { .. }) => Vec::new(),
                file => file?,
            };
            if let Ok(record) = Record::decode(&file)
                && record.message().is_ok_and(|message| message.author == self.author())
            {
                self.stand.insert(record.message_digest());
            }
            self.read += 1;
        }
        Ok(view)
    }

    /// Appends every message that a block holds and the board lacks, and removes from the journal, where `names`
    /// are, what the block covers. A block that covers none of them has been dealt with.
    fn settle(&mut self, mut view: View, names: &[String]) -> Result<View, IntakeError> {
        let is_left = |block: &Block| names.iter().any(|name| block.covers.contains(name));
        let unsettled: Vec<Block> =
            self.blocks.iter().filter(|block| is_left(block)).cloned().collect();
        for Block { covers, messages } in unsettled {
            for signed in &messages {
                while !self.stand.contains(&signed.digest()) {
                    if view.phase != Phase::Voting {
                        return Err(self.withheld(&covers)?);
                    }
                    view = self.append(view, signed)?;
                }
            }
            for name in names.iter().filter(|name| covers.contains(*name)) {
                self.files.remove(name)?;
            }
        }
        Ok(view)
    }

    /// Appends a message exactly behind what was read, where voting goes on; somebody else may be faster.
    fn append(&mut self, mut view: View, signed: &SignedMessage) -> Result<View, IntakeError> {
        let file = Record::wrap(signed.clone(), view.records, view.head).encode();
        match self.board.create_record(view.records, &file)? {
            Placed::Taken => self.look(),
            Placed::Here => {
                self.stand.insert(signed.digest());
                (view.records, view.head) = (view.records + 1, file_digest(&file));
                self.read = self.read.max(view.records);
                Ok(view)
            }
        }
    }

    /// Makes the next block of files of the journal, unless another server does.
    fn make_block(&mut self, view: &View, open: Vec<String>) -> Result<(), IntakeError> {
        self.read_lists(view)?;
        let (mut covers, mut groups, mut length) = (BTreeSet::new(), Vec::new(), 0usize);
        for name in open {
            // Posted and removed meanwhile, by another server.
            let Some(group) = Group::read(&*self.files, &name)? else { return Ok(()) };
            length += group.ballots.iter().map(|ballot| ballot.len()).sum::<usize>();
            covers.insert(name);
            groups.push(group);
            if length > BLOCK {
                break;
            }
        }
        let layouts = view.description().and_then(ballot_layouts);
        let layouts = layouts.ok_or_else(|| IntakeError::Rules("no ballots fit".to_owned()))?;
        let is_posted = |name| self.posted.contains(&name);
        let bodies = bodies(&*self.board, &layouts, &groups, &is_posted)?;
        let first = self.blocks.next_counter().max(view.next_counter(&self.author()));
        let messages = sign_all(&bodies, view, first, &self.key);
        let block = Block { covers, messages };
        // Of two servers that make it, the slower one throws its messages away and begins anew.
        Blocks::create(&*self.files, self.blocks.next(), &block).map(drop)
    }

    /// The names of all ballots on the board: none is posted twice.
    fn read_lists(&mut self, view: &View) -> Result<(), IntakeError> {
        let is_new = |root: &Digest| !self.lists.contains(root);
        if !view.ballots.iter().any(|record| is_new(&record.ballots.root)) {
            return Ok(());
        }
        let board = Arc::clone(&self.board);
        let polling =
            Polling::read(&*board, view).map_err(|error| IntakeError::Rules(error.to_string()))?;
        for source in polling.sources() {
            if self.lists.contains(&source.blob.root) {
                continue;
            }
            source
                .each(&mut |_, ballot| {
                    self.posted.insert(name_of(&tracker(ballot)));
                })
                .map_err(|error| IntakeError::Rules(error.to_string()))?;
            self.lists.insert(source.blob.root);
        }
        Ok(())
    }

    /// What cannot be posted any more: these files of the journal.
    fn withheld<'a>(
        &self,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Result<IntakeError, IntakeError> {
        let (mut ballots, mut challenges) = (0, 0);
        for name in names {
            let group = Group::read(&*self.files, name)?.unwrap_or_default();
            ballots += group.ballots.len();
            challenges += group.challenges.len();
        }
        Ok(IntakeError::Withheld { ballots, challenges })
    }
}

/// What the records of a board say.
pub(crate) fn view(board: &dyn Board) -> Result<View, IntakeError> {
    psephos_audit::view(board).map_err(|error| match error {
        psephos_audit::AuditError::Board(error) => IntakeError::Board(error),
        error => IntakeError::Rules(error.to_string()),
    })
}
