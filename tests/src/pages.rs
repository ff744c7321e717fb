//! The pages of the documentation, taken apart for tests.

use std::fs;
use std::path::Path;

use crate::root;

/// A page: its blocks of code, and what stands around them.
pub struct Page {
    /// Its path from the repository's root.
    pub name: String,
    /// What stands between the fences.
    pub blocks: Vec<Block>,
    /// The lines outside of the fences, with their numbers, from 1.
    pub prose: Vec<(usize, String)>,
}

/// A block of code.
pub struct Block {
    /// Page and line, for messages.
    pub place: String,
    /// The word behind its fence.
    pub language: String,
    /// The comment right before it, without its brackets.
    pub marker: Option<String>,
    /// Its lines.
    pub text: String,
}

impl Page {
    /// Reads a page. A comment that stands before no block, and a block without an end, fail the test.
    pub fn read(name: &str) -> Page {
        let text = fs::read_to_string(root().join(name)).expect("a page");
        let mut page = Page { name: name.to_owned(), blocks: Vec::new(), prose: Vec::new() };
        let mut marker: Option<String> = None;
        let mut lines = text.lines().enumerate().map(|(index, line)| (line, index + 1));
        while let Some((line, number)) = lines.next() {
            let place = format!("{name}, line {number}");
            if let Some(language) = line.trim_start().strip_prefix("```") {
                let inside = lines.by_ref().map(|(line, _)| line.trim_end());
                let inside: Vec<&str> =
                    inside.take_while(|line| line.trim_start() != "```").collect();
                let language = language.to_owned();
                let text = inside.join("\n");
                page.blocks.push(Block { place, language, marker: marker.take(), text });
                continue;
            }
            assert_eq!(marker, None, "{place}: this marker stands before no block");
            let comment =
                line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
            match comment {
                Some(comment) => marker = Some(comment.trim().to_owned()),
                None => page.prose.push((number, line.to_owned())),
            }
        }
        assert_eq!(marker, None, "{name}: the last marker stands before no block");
        page
    }

    /// All pages that say how the programs are used: the README and docs/.
    pub fn all() -> Vec<Page> {
        let mut names = vec!["README.md".to_owned()];
        for entry in fs::read_dir(root().join("docs")).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            if Path::new(&name).extension().is_some_and(|ending| ending == "md") {
                names.push(format!("docs/{}", name.to_string_lossy()));
            }
        }
        names.sort();
        names.iter().map(|name| Page::read(name)).collect()
    }
}
