//! References in scripts: specifiers of `import`, `export … from` and `import()`, URLs in
//! `new URL("x", import.meta.url)`, and the comment that names a source map.
//!
//! A full parser would know far more than is asked here and cost accordingly. The lexer reads a script
//! once, front to back, and is compared with a full parser in `tests/differential`.

mod cursor;
mod escapes;
mod lexer;
mod state;
mod statements;
mod words;

use memchr::memmem;

pub(super) use self::escapes::escaped_length;
use self::lexer::Lexer;
use super::{Reference, Scanner};
use crate::name::StaticName;

/// Scans `.js` and `.mjs` files.
///
/// A specifier counts if it begins with `./`, `../` or `/` and is written whole, as a string or a
/// template without substitutions. What a page or a bundler looks up by another name (`"lit"`,
/// `"#util"`) is left alone.
///
/// ```
/// use staticfiles::references::{JsScanner, Scanner};
///
/// let script = r#"import { html } from "lit"; import "./app.js"; // import "./old.js""#;
/// let references = JsScanner::new(true).scan(script);
/// assert_eq!(references.len(), 1);
/// assert_eq!(references[0].specifier, "./app.js");
/// assert_eq!(&script[references[0].span.clone()], "./app.js");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct JsScanner {
    modules: bool,
}

/// How a script is read: where HTML comments (`<!--`) are comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Module,
    Script,
}

/// What was found in a script.
#[derive(Debug, Default)]
struct Scan {
    references: Vec<Reference>,
    source_map: Option<Reference>,
    is_module: bool,
    /// Whether there is what would be an HTML comment in a script that is not a module.
    has_html_comments: bool,
}

impl JsScanner {
    /// A scanner for what modules refer to (if `modules`) and for source maps.
    pub fn new(modules: bool) -> Self {
        Self { modules }
    }

    /// Whether the text has any of the words without which it refers to nothing.
    fn may_refer(self, text: &str) -> bool {
        let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        self.modules && (has("import") || has("export")) || has("sourceMappingURL=")
    }
}

impl Scanner for JsScanner {
    fn handles(&self, name: &StaticName) -> bool {
        let extension = name.extension();
        extension.eq_ignore_ascii_case("js") || extension.eq_ignore_ascii_case("mjs")
    }

    fn scan(&self, text: &str) -> Vec<Reference> {
        if !self.may_refer(text) {
            return Vec::new();
        }
        let mut scan = Lexer::new(text, Goal::Module).run();
        if scan.has_html_comments && !scan.is_module {
            scan = Lexer::new(text, Goal::Script).run();
        }
        let mut references = if self.modules { scan.references } else { Vec::new() };
        if let Some(source_map) = scan.source_map {
            let place = references.partition_point(|reference| reference.span.start < source_map.span.start);
            references.insert(place, source_map);
        }
        references
    }
}
