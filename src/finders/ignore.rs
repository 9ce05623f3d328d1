//! Which files are never collected: patterns in the language of Python's `fnmatch`, as Django's
//! `-i` takes them, whole and case-sensitive (Django behaviours 35 to 40, B25).

/// Ignore patterns.
///
/// A file or directory is ignored if its base name, its path below its source directory, or that
/// path with the directory's prefix matches one of the patterns.
///
/// ```
/// use staticfiles::finders::Ignore;
///
/// let ignore = Ignore::new(["*.scss", "src/*"]);
/// assert!(ignore.matches("app.scss"));
/// assert!(ignore.matches("src/deep/app.js"));
/// assert!(!ignore.matches("app.css"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore(Vec<Pattern>);

impl Ignore {
    /// Ignores what matches any of the patterns, each normalised as a path: `sub/`, `./sub` and
    /// `sub` are one.
    pub fn new(patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut parsed: Vec<Pattern> = Vec::new();
        for pattern in patterns {
            let pattern = Pattern::new(&normalised(pattern.as_ref()));
            if !parsed.contains(&pattern) {
                parsed.push(pattern);
            }
        }
        Self(parsed)
    }

    /// Whether one of the patterns matches `text` as a whole.
    pub fn matches(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(text))
    }

    /// Whether the file of this name is left out, itself or with a directory on the way to it: what
    /// [`Finder::list`](super::Finder::list) asks of names that are no paths of a disk. A finder
    /// that puts a prefix before its names asks twice, without it and with it.
    ///
    /// ```
    /// use staticfiles::finders::Ignore;
    ///
    /// let ignore = Ignore::new([".*", "drafts"]);
    /// assert!(ignore.leaves_out("drafts/img/a.png"));
    /// assert!(ignore.leaves_out("css/.hidden.css"));
    /// assert!(!ignore.leaves_out("css/drafts.css"));
    /// ```
    pub fn leaves_out(&self, name: &str) -> bool {
        let ends = name.match_indices('/').map(|(end, _)| end).chain([name.len()]);
        ends.map(|end| &name[..end]).any(|path| {
            let base_name = path.rsplit_once('/').map_or(path, |(_, base_name)| base_name);
            self.ignores(base_name, "", || path.to_owned())
        })
    }

    /// Whether a file or directory is ignored. Its path is only made when it matters.
    pub(super) fn ignores(&self, base_name: &str, prefix: &str, path: impl FnOnce() -> String) -> bool {
        if self.matches(base_name) {
            return true;
        }
        if self.0.iter().all(|pattern| pattern.is_for_base_names(prefix.is_empty())) {
            return false;
        }
        let path = path();
        self.matches(&path) || (!prefix.is_empty() && self.matches(&format!("{prefix}/{path}")))
    }
}

/// One pattern of the `fnmatch` language: `*` any run, `?` one character, `[seq]`, `[!seq]`; `/` and
/// leading dots are characters like others, and there is no escape but `[*]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Token>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    AnyCharacter,
    AnyRun,
    /// Ranges of characters, ends included; whether it means all others.
    Set(Vec<(char, char)>, bool),
}

impl Pattern {
    /// Reads a pattern; every text is one.
    pub(crate) fn new(pattern: &str) -> Self {
        let characters: Vec<char> = pattern.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&character) = characters.get(at) {
            at += 1;
            let token = match character {
                '*' => Token::AnyRun,
                '?' => Token::AnyCharacter,
                '[' => match end_of_set(&characters, at) {
                    None => Token::Literal('['),
                    Some(end) => {
                        let set = set(&characters[at..end]);
                        at = end + 1;
                        set
                    }
                },
                literal => Token::Literal(literal),
            };
            if token != Token::AnyRun || tokens.last() != Some(&Token::AnyRun) {
                tokens.push(token);
            }
        }
        Self(tokens)
    }

    /// Whether the pattern matches the whole text.
    ///
    /// On a mismatch only the last `*` takes one character more, so the time is at most the product
    /// of the two lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let tokens = &self.0;
        let (mut token, mut rest) = (0, text.chars());
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if tokens.get(token) == Some(&Token::AnyRun) {
                token += 1;
                retry = Some((token, rest.clone()));
                continue;
            }
            let mut next = rest.clone();
            match (tokens.get(token), next.next()) {
                (None, None) => return true,
                (Some(expected), Some(character)) if expected.matches(character) => {
                    token += 1;
                    rest = next;
                }
                _ => {
                    let Some((after_run, skipped)) = &mut retry else { return false };
                    if skipped.next().is_none() {
                        return false;
                    }
                    token = *after_run;
                    rest = skipped.clone();
                }
            }
        }
    }

    /// Whether the pattern cannot match a path unless it matches the name of the file or, where no
    /// prefix stands before it, of a directory on the way, which was left out then. Spares the
    /// making of paths for the usual `CVS`, `*~` and `.*`.
    fn is_for_base_names(&self, no_prefix: bool) -> bool {
        let literal = |token: &Token| matches!(token, Token::Literal(character) if *character != '/');
        match self.0.as_slice() {
            [Token::AnyRun, rest @ ..] => rest.iter().all(literal),
            [first @ .., Token::AnyRun] if no_prefix => first.iter().all(literal),
            tokens => tokens.iter().all(literal),
        }
    }
}

impl Token {
    fn matches(&self, character: char) -> bool {
        match self {
            Self::Literal(literal) => *literal == character,
            Self::AnyCharacter => true,
            Self::AnyRun => false,
            Self::Set(ranges, negated) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *negated
            }
        }
    }
}

/// Where the set that starts at `start` (behind its `[`) has its `]`, if it has one. A `]` that
/// comes first is a member.
fn end_of_set(characters: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    if characters.get(at) == Some(&'!') {
        at += 1;
    }
    if characters.get(at) == Some(&']') {
        at += 1;
    }
    characters[at..].iter().position(|character| *character == ']').map(|offset| at + offset)
}

/// The set between its brackets. Hyphens part it into chunks as Python does it; a range that runs
/// backwards is dropped, together with its two ends.
fn set(inner: &[char]) -> Token {
    let members = join(&drop_backward_ranges(chunks(inner)));
    match members.as_slice() {
        [] => Token::Set(Vec::new(), false),
        [Some('!')] => Token::AnyCharacter,
        [Some('!'), members @ ..] => Token::Set(ranges(members), true),
        members => Token::Set(ranges(members), false),
    }
}

fn chunks(inner: &[char]) -> Vec<Vec<char>> {
    let mut chunks: Vec<Vec<char>> = Vec::new();
    let mut start = 0;
    let mut search = if inner.first() == Some(&'!') { 2 } else { 1 };
    while let Some(offset) = inner.get(search..).and_then(|rest| rest.iter().position(|c| *c == '-')) {
        chunks.push(inner[start..search + offset].to_vec());
        start = search + offset + 1;
        search = start + 2;
    }
    match (inner.get(start..), chunks.last_mut()) {
        (Some([]) | None, Some(last)) => last.push('-'),
        (rest, _) => chunks.push(rest.unwrap_or_default().to_vec()),
    }
    chunks
}

fn drop_backward_ranges(mut chunks: Vec<Vec<char>>) -> Vec<Vec<char>> {
    for at in (1..chunks.len()).rev() {
        if chunks[at - 1].last() > chunks[at].first() {
            let after = chunks.remove(at);
            chunks[at - 1].pop();
            chunks[at - 1].extend(after.into_iter().skip(1));
        }
    }
    chunks
}

/// The members in a row, with `None` for a hyphen that makes a range.
fn join(chunks: &[Vec<char>]) -> Vec<Option<char>> {
    let chunks: Vec<Vec<Option<char>>> = chunks.iter().map(|chunk| chunk.iter().copied().map(Some).collect()).collect();
    chunks.join(&None)
}

fn ranges(mut members: &[Option<char>]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    loop {
        members = match members {
            [] => return ranges,
            [Some(first), None, Some(last), rest @ ..] => {
                ranges.push((*first, *last));
                rest
            }
            [first, rest @ ..] => {
                let literal = first.unwrap_or('-');
                ranges.push((literal, literal));
                rest
            }
        };
    }
}

/// Python's `os.path.normpath` for a relative path.
fn normalised(pattern: &str) -> String {
    let absolute = pattern.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in pattern.split('/') {
        match segment {
            "" | "." => {}
            ".." if !absolute && matches!(segments.last(), None | Some(&"..")) => segments.push(".."),
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    match (absolute, segments.is_empty()) {
        (true, _) => format!("/{}", segments.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => segments.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Ignore, Pattern, normalised};

    /// Every row that Django 6.1.3 (Python's `fnmatchcase`) was asked.
    #[test]
    fn patterns_match_what_python_matches() {
        #[derive(serde::Deserialize)]
        struct Row {
            path: String,
            pattern: String,
            r#match: bool,
        }
        let rows: Vec<Row> = serde_json::from_str(include_str!("../../tests/fixtures/django/fnmatch.json"))
            .expect("the fixture is JSON");
        assert_eq!(rows.len(), 735);
        for Row { path, pattern, r#match } in rows {
            assert_eq!(Pattern::new(&pattern).matches(&path), r#match, "{pattern:?} on {path:?}");
        }
    }

    #[test]
    fn sets_are_read_as_python_reads_them() {
        for (pattern, text, expected) in [
            ("[a-c-e]", "-", true),
            ("[a-c-e]", "d", false),
            ("[z-a]", "z", false),
            ("[!z-a]", "q", true),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("[a-]", "-", true),
            ("[^a]", "^", true),
            ("[a", "[a", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn patterns_are_normalised_as_paths() {
        for (pattern, expected) in [("sub/", "sub"), ("./sub", "sub"), ("", "."), ("a/../b", "b"), ("../a", "../a")] {
            assert_eq!(normalised(pattern), expected);
        }
    }

    #[test]
    fn a_path_is_tested_with_and_without_its_prefix() {
        let ignores = |pattern: &str| Ignore::new([pattern]).ignores("x.js", "pre", || "sub/x.js".to_owned());
        assert!(ignores("sub/*") && ignores("pre/*") && ignores("pre/sub/x.js") && ignores("*.js"));
        assert!(!ignores("other/*") && !ignores("x.j"));
    }
}
