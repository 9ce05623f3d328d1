//! What a full parser finds in scripts, for comparison with the scanner.

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ExportAllDeclaration, ExportFromDeclaration, Expression, ImportDeclaration, ImportExpression, NewExpression,
    Program, Statement, StringLiteral, TemplateLiteral,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::{GetSpan, SourceType, Span};
use staticfiles::references::{Reference, ReferenceKind};

/// One reference: where it stands, what it says, what it is for.
pub type Found = (std::ops::Range<usize>, String, ReferenceKind);

/// The references of a script by its syntax tree; `None` if the parser refuses it both as a module
/// and as a script.
pub fn by_tree(text: &str) -> Option<Vec<Found>> {
    let allocator = Allocator::default();
    let program = program(&allocator, text)?;
    let mut collector = Collector { text, found: Vec::new() };
    collector.visit_program(&program);
    let mut found = collector.found;
    found.extend(source_map(text, &program));
    found.sort_by_key(|(span, ..)| span.start);
    Some(found)
}

/// The script with probes at the start of many of its statements: a regular expression full of quotes
/// and an import. A lexer that has lost its way sees other probes than the parser. `None` if the
/// script cannot be parsed, or not with the probes.
pub fn probed(text: &str) -> Option<String> {
    let allocator = Allocator::default();
    let program = program(&allocator, text)?;
    let mut starts = Statements { starts: Vec::new() };
    starts.visit_program(&program);
    starts.starts.sort_unstable();
    starts.starts.dedup();
    let probes = [r#"/['"`/*]/.x;import("./probe.js");"#, r#";/['"`/*]/.x;import("./probe.js");"#];
    let every = starts.starts.len() / 500 + 1;
    let starts: Vec<usize> = starts.starts.into_iter().step_by(every).collect();
    probes.into_iter().map(|probe| insert(text, &starts, probe)).find(|text| by_tree(text).is_some())
}

fn insert(text: &str, places: &[usize], probe: &str) -> String {
    let mut probed = String::with_capacity(text.len() + places.len() * probe.len());
    let mut copied = 0;
    for place in places {
        probed.push_str(&text[copied..*place]);
        probed.push_str(probe);
        copied = *place;
    }
    probed.push_str(&text[copied..]);
    probed
}

struct Statements {
    starts: Vec<usize>,
}

impl<'a> Visit<'a> for Statements {
    fn visit_statements(&mut self, statements: &oxc_allocator::Vec<'a, Statement<'a>>) {
        self.starts.extend(statements.iter().map(|statement| statement.span().start as usize));
        walk::walk_statements(self, statements);
    }
}

fn program<'a>(allocator: &'a Allocator, text: &'a str) -> Option<Program<'a>> {
    [SourceType::mjs(), SourceType::cjs()]
        .into_iter()
        .map(|kind| parse(allocator, text, kind))
        .find(|parsed| !parsed.panicked && !parsed.diagnostics.has_errors())
        .map(|parsed| parsed.program)
}

/// Parses as far as benchmarks are concerned: without what only a compiler needs.
pub fn parse<'a>(allocator: &'a Allocator, text: &'a str, kind: SourceType) -> ParserReturn<'a> {
    // npm's CommonJS files are functions without their heads.
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    Parser::new(allocator, text, kind).with_options(options).parse()
}

/// The same of a reference of the scanner.
pub fn found(reference: Reference) -> Found {
    (reference.span, reference.specifier, reference.kind)
}

struct Collector<'t> {
    text: &'t str,
    found: Vec<Found>,
}

impl Collector<'_> {
    fn module(&mut self, (span, specifier): (Span, String)) {
        if specifier.starts_with("./") || specifier.starts_with("../") || specifier.starts_with('/') {
            self.found.push((inside(span), specifier, ReferenceKind::Module));
        }
    }

    /// A literal that is a reference as a whole.
    fn literal(&self, expression: &Expression<'_>) -> Option<(Span, String)> {
        match expression {
            Expression::StringLiteral(literal) => Some(string(literal)),
            Expression::TemplateLiteral(literal) => self.template(literal),
            _ => None,
        }
    }

    fn template(&self, literal: &TemplateLiteral<'_>) -> Option<(Span, String)> {
        // The scanner leaves those alone that run over several lines.
        let raw = &self.text[literal.span.start as usize..literal.span.end as usize];
        let [quasi] = &literal.quasis[..] else { return None };
        let cooked = quasi.value.cooked.filter(|_| !raw.contains(['\n', '\r']))?;
        Some((literal.span, cooked.to_string()))
    }
}

impl<'a> Visit<'a> for Collector<'_> {
    fn visit_import_declaration(&mut self, declaration: &ImportDeclaration<'a>) {
        self.module(string(&declaration.source));
        walk::walk_import_declaration(self, declaration);
    }

    fn visit_export_from_declaration(&mut self, declaration: &ExportFromDeclaration<'a>) {
        self.module(string(&declaration.source));
        walk::walk_export_from_declaration(self, declaration);
    }

    fn visit_export_all_declaration(&mut self, declaration: &ExportAllDeclaration<'a>) {
        self.module(string(&declaration.source));
        walk::walk_export_all_declaration(self, declaration);
    }

    fn visit_import_expression(&mut self, expression: &ImportExpression<'a>) {
        if let Some(literal) = self.literal(&expression.source) {
            self.module(literal);
        }
        walk::walk_import_expression(self, expression);
    }

    fn visit_new_expression(&mut self, expression: &NewExpression<'a>) {
        let is_url = matches!(&expression.callee, Expression::Identifier(name) if name.name == "URL");
        if let ([url, base], true) = (&expression.arguments[..], is_url)
            && let (Some(url), Some(base)) = (url.as_expression(), base.as_expression())
            && is_module_url(base)
            && let Some((span, specifier)) = self.literal(url)
        {
            self.found.push((inside(span), specifier, ReferenceKind::Resource));
        }
        walk::walk_new_expression(self, expression);
    }
}

/// `import.meta.url`
fn is_module_url(expression: &Expression<'_>) -> bool {
    let Expression::StaticMemberExpression(member) = expression else { return false };
    member.property.name == "url" && !member.optional && matches!(member.object, Expression::ImportMeta(_))
}

fn string(literal: &StringLiteral<'_>) -> (Span, String) {
    (literal.span, literal.value.to_string())
}

/// Without the quotes.
fn inside(span: Span) -> std::ops::Range<usize> {
    span.start as usize + 1..span.end as usize - 1
}

/// The last comment that names one.
fn source_map(text: &str, program: &Program<'_>) -> Option<Found> {
    let urls = program.comments.iter().rev().filter_map(|comment| {
        let content = comment.content_span();
        let content = &text[content.start as usize..content.end as usize];
        let named = content.strip_prefix('#').or(content.strip_prefix('@'))?.trim_start();
        let url = named.strip_prefix("sourceMappingURL=")?.trim();
        (!url.contains(char::is_whitespace)).then_some((content, url))
    });
    let (_, url) = urls.into_iter().next()?;
    let start = url.as_ptr() as usize - text.as_ptr() as usize;
    Some((start..start + url.len(), url.to_owned(), ReferenceKind::SourceMap))
}
