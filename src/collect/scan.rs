//! What the texts refer to: every text is read and scanned once, every reference resolved, and
//! those that lead nowhere are reported together.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use rayon::prelude::*;

use super::plan::Plan;
use super::{Collection, Naming, Style, Warnings};
use crate::error::{Error, Problem, Result, Severity};
use crate::finders::FoundFile;
use crate::name::StaticName;
use crate::nearest::nearest;
use crate::references::{DjangoStyle, Form, Reference, ReferenceKind, Target, resolve};

/// What is done about references to files that are not collected.
#[derive(Debug, Clone, Default)]
pub struct Missing {
    /// The rule for all references that no exception is for.
    pub default: MissingRule,
    /// Globs of the referring file and of the reference, and their rule; the first that fits counts.
    pub exceptions: Vec<(Vec<String>, Vec<String>, MissingRule)>,
}

/// What is done about one reference to a file that is not collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingRule {
    /// The run fails, and nothing is written.
    #[default]
    Error,
    /// It is said.
    Warn,
    /// Nothing.
    Ignore,
}

/// A text and where hashes go into it.
pub(super) struct Text {
    /// Its place in the plan.
    pub(super) file: usize,
    pub(super) bytes: Bytes,
    pub(super) links: Vec<Link>,
}

/// A reference to a collected file.
pub(super) struct Link {
    /// What is written anew; empty where the hash is put in.
    pub(super) range: Range<usize>,
    /// What is written before and after the target's hash.
    pub(super) around: (String, String),
    /// The target's place in the plan.
    pub(super) target: usize,
}

pub(super) fn scan(collection: &Collection<'_>, plan: &Plan) -> Result<(Vec<Text>, Warnings)> {
    let Some(naming) = &collection.naming else { return Ok((Vec::new(), Vec::new())) };
    let texts = plan.files.par_iter().enumerate().filter_map(|(index, file)| scan_file(naming, plan, index, file));
    let scanned: Vec<Result<(Text, Vec<Problem>)>> = texts.collect();
    let (mut texts, mut problems, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for scanned in scanned {
        match scanned {
            Ok((text, found)) => {
                texts.push(text);
                problems.extend(found);
            }
            Err(error) => errors.push(error),
        }
    }
    Error::none_of(errors)?;
    suggest(plan, &mut problems);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Error::References { problems });
    }
    Ok((texts, problems))
}

fn scan_file(naming: &Naming<'_>, plan: &Plan, index: usize, file: &FoundFile) -> Option<Result<(Text, Vec<Problem>)>> {
    let scanner = naming.scanners.iter().find(|scanner| scanner.handles(&file.name))?;
    if naming.is_prehashed(&file.name) {
        return None;
    }
    let bytes = match file.content.read() {
        Ok(bytes) => bytes,
        Err(source) => return Some(Err(Error::Io { action: "read", subject: file.origin.to_string(), source })),
    };
    let (mut links, mut problems) = (Vec::new(), Vec::new());
    let text = readable(&bytes);
    // Django reads no text that is not UTF-8, so there is nothing to be equal to.
    let django = (naming.style == Style::Django && matches!(text, Cow::Borrowed(_)))
        .then(|| DjangoStyle::new(&file.name, &text));
    for reference in scanner.scan(&text) {
        if bytes.get(reference.span.clone()).is_none() {
            continue;
        }
        let (name, stem_end) = match resolve(&file.name, &reference.specifier, naming.static_url) {
            Target::Elsewhere => continue,
            Target::Nowhere => (None, 0),
            Target::File { name, stem_end } => (Some(name), stem_end),
        };
        let form = django.as_ref().map_or(Form::Insertion, |django| django.form(&reference, stem_end));
        let target = name.as_ref().and_then(|name| plan.index_of(name.as_str()));
        let (range, around) = match (target, form) {
            // Without plain copies nothing may be left as it is.
            (_, Form::Left) if naming.keep_originals => continue,
            // A directory is no file that could be missing.
            (None, _) if name.as_ref().is_some_and(|name| plan.is_directory(name.as_str())) => continue,
            (None, _) => {
                problems.extend(problem(naming, &file.name, &bytes, &reference, name));
                continue;
            }
            (Some(_), Form::Whole(range, before, after)) => (range, (before, after)),
            (Some(_), Form::Insertion | Form::Left) => {
                let at = reference.position(&bytes, stem_end).min(bytes.len());
                (at..at, Default::default())
            }
        };
        links.extend(target.map(|target| Link { range, around, target }));
    }
    drop(django);
    drop(text);
    // `splice` wants them in order and apart, whatever a scanner of one's own says.
    links.sort_by_key(|link: &Link| link.range.start);
    let mut end = 0;
    links.retain(|link| {
        let is_apart = link.range.start >= end;
        end = if is_apart { link.range.end } else { end };
        is_apart
    });
    Some(Ok((Text { file: index, bytes, links }, problems)))
}

/// The text as UTF-8. In another encoding, bytes outside ASCII stand for themselves in comments and
/// names that are not ours to read; a letter in the place of each keeps every position.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|byte| if byte.is_ascii() { *byte as char } else { 'x' }).collect::<String>().into(),
    }
}

fn problem(
    naming: &Naming<'_>,
    file: &StaticName,
    text: &[u8],
    reference: &Reference,
    name: Option<StaticName>,
) -> Option<Problem> {
    let severity = match naming.missing.rule(file, &reference.specifier) {
        MissingRule::Ignore => return None,
        MissingRule::Error if !is_lenient(reference) => Severity::Error,
        MissingRule::Error | MissingRule::Warn => Severity::Warning,
    };
    let place = Place::of(text, &reference.span);
    Some(Problem {
        file: file.clone(),
        line: place.line,
        column: place.column,
        reference: reference.specifier.clone(),
        // The name that was looked for; `suggest` puts the nearest in its place.
        near: Some(name.map_or_else(|| reference.specifier.clone(), String::from)),
        excerpt: place.excerpt,
        offset: place.offset,
        severity,
    })
}

/// Where something stands in a text, for a person.
struct Place {
    line: usize,
    column: usize,
    excerpt: String,
    offset: usize,
}

/// How many characters of a line are shown before and behind what it is shown for.
const AROUND: usize = 50;

impl Place {
    fn of(text: &[u8], span: &Range<usize>) -> Self {
        let line_start = text[..span.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line_end = text[span.end..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| span.end + end);
        let line = text[..line_start].iter().filter(|byte| **byte == b'\n').count() + 1;
        let before = String::from_utf8_lossy(&text[line_start..span.start]);
        // A byte order mark is no column of the first line.
        let before = before.trim_start_matches('\u{feff}');
        let column = before.chars().count();
        // A reference may go over several lines.
        let rest = String::from_utf8_lossy(&text[span.start..line_end]);
        let rest: String = rest.lines().next().unwrap_or_default().chars().take(2 * AROUND).collect();
        let shown: String = before.chars().skip(column.saturating_sub(AROUND)).collect();
        let excerpt = format!("{shown}{}", rest.trim_end());
        let indent = excerpt.chars().count() - excerpt.trim_start().chars().count();
        let offset = column.min(AROUND).saturating_sub(indent);
        let visible = |c: char| if c.is_control() { ' ' } else { c };
        Self { line, column: column + 1, excerpt: excerpt.trim_start().chars().map(visible).collect(), offset }
    }
}

/// Whether the reference is never worse than a warning: a source map is only for developers, and a
/// module without an extension is for a bundler, which would have looked for several files.
fn is_lenient(reference: &Reference) -> bool {
    let path = reference.specifier.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    match reference.kind {
        ReferenceKind::SourceMap => true,
        ReferenceKind::Module => !last.contains('.'),
        ReferenceKind::Resource | ReferenceKind::Import => false,
    }
}

/// Puts the nearest collected name into each problem. Beyond the first hundred nobody reads them.
fn suggest(plan: &Plan, problems: &mut [Problem]) {
    problems.par_iter_mut().enumerate().for_each(|(index, problem)| {
        let wanted = problem.near.take().filter(|_| index < 100);
        let names = plan.files.iter().map(|file| file.name.as_str());
        problem.near = wanted.and_then(|wanted| nearest(&wanted, names, 1).first().map(|name| (*name).to_owned()));
    });
}

impl Missing {
    fn rule(&self, file: &StaticName, reference: &str) -> MissingRule {
        let fits = |patterns: &[String], text: &str| {
            patterns.is_empty() || crate::finders::Ignore::new(patterns).matches(text)
        };
        self.exceptions
            .iter()
            .find(|(files, references, _)| fits(files, file.as_str()) && fits(references, reference))
            .map_or(self.default, |(_, _, rule)| *rule)
    }
}
