//! References in scripts: what is one, where its hash goes, and that nothing else is taken for one.

use proptest::prelude::*;
use staticfiles::StaticName;
use staticfiles::references::{JsScanner, ReferenceKind, Scanner, splice};

use crate::support::Site;

/// The references of a script are marked in it: `«module»`, `‹resource›`, `⟦source map⟧`.
const MARKS: [(char, char, ReferenceKind); 3] =
    [('«', '»', ReferenceKind::Module), ('‹', '›', ReferenceKind::Resource), ('⟦', '⟧', ReferenceKind::SourceMap)];

/// The script with what the scanner finds marked in it.
fn marked(scanner: JsScanner, script: &str) -> String {
    let mut insertions = Vec::new();
    for reference in scanner.scan(script) {
        let (open, close, _) = MARKS.iter().find(|(.., kind)| *kind == reference.kind).expect("a kind of scripts");
        insertions.extend([(reference.span.start, open.to_string()), (reference.span.end, close.to_string())]);
    }
    let insertions = insertions.iter().map(|(at, mark)| (*at..*at, mark.as_str()));
    String::from_utf8(splice(script.as_bytes(), insertions)).expect("marks between characters")
}

fn check(rows: &[&str]) {
    for expected in rows {
        let script = expected.replace(['«', '»', '‹', '›', '⟦', '⟧'], "");
        assert_eq!(marked(JsScanner::new(true), &script), *expected, "{script}");
    }
}

#[test]
fn import_statements() {
    check(&[
        r#"import "«./x.js»""#,
        r#"import"«./x.js»""#,
        r#"import'«./x.js»';"#,
        r#"import x from "«./x.js»""#,
        r#"import x from '«./x.js»';"#,
        r#"import * as x from "«./x.js»""#,
        r#"import*as x from"«./x.js»""#,
        r#"import {a} from "«./x.js»""#,
        r#"import{a as b}from"«./x.js»""#,
        r#"import x,{y}from"«./x.js»""#,
        r#"import x, * as y from "«./x.js»""#,
        r#"import {} from "«./x.js»""#,
        r#"import { a, } from "«./x.js»""#,
        r#"import {"a b" as c, 'd' as e} from "«./x.js»""#,
        r#"import {default as a} from "«./x.js»""#,
        r#"import {import as a, from as b, as as c, as} from "«./x.js»""#,
        r#"import from from "«./x.js»""#,
        r#"import {from} from "«./x.js»""#,
        r#"import as, {from as as} from "«./x.js»""#,
        r#"import * as from from "«./x.js»""#,
        r#"import defer * as x from "«./x.js»""#,
        r#"import source x from "«./x.js»""#,
        r#"import defer from "«./x.js»""#,
        r#"import defer, {a} from "«./x.js»""#,
        r#"import source from from "«./x.js»""#,
        r#"import x from "«../x.js»""#,
        r#"import x from "«/static/x.js»""#,
        r#"import x from "«//host/x.js»""#,
        r#"import x from "«./x.js?v=1#f»""#,
        r#"import x from "«./sub/../x.js»""#,
        r#"import x from "«./x»""#,
        r#"import x from "«./»""#,
        r#"import x from "«./data.json»" with {type:"json"}"#,
        r#"import x from "«./x.css»" with { type: "css" }; import "«./y.js»""#,
        r#"import x from "«./data.json»" assert {type:"json"};import "«./y.js»""#,
        "import\nx\nfrom\n\"«./x.js»\"",
        "import {\r\n a,\r\n b as c\r\n} from '«./x.js»'\r\nimport y from '«./y.js»'",
        r#"import /* a */ x /* b */ from /* "./no.js" */ "«./x.js»""#,
        "import { // a\n x, // }\n y /* } from './no.js' */ } from '«./x.js»'",
        "import\u{a0}x\u{2003}from\u{feff}'«./x.js»'",
        "import ünïcode from '«./x.js»'",
        "import \\u0061bc, {\\u{62}} from '«./x.js»'",
        "import $ from '«./x.js»';import _ from '«./y.js»'",
        "import a from 'x'\nimport b from '«./x.js»'",
        "import a from '«./x.js»';import b from '«./x.js»'",
        "import a from '«./x.js»'// from './no.js'",
        "let a = b\nimport c from '«./x.js»'",
        "let a = {}\nimport c from '«./x.js»'",
        "let a = function() {}\nimport c from '«./x.js»'",
        "export default {}\nimport q from \"«./x.js»\"",
        "export {a}; import {b} from \"«./x.js»\"",
        "export const a=1, b=2; import y from \"«./x.js»\"",
        "x={import:1}; import y from \"«./x.js»\"",
        "\u{feff}import '«./x.js»'",
        "#!/usr/bin/env node import './no.js'\nimport '«./x.js»'",
        "'use strict';import'«./x.js»';import'«./é.js»'",
    ]);
}

#[test]
fn re_exports() {
    check(&[
        r#"export * from "«./x.js»""#,
        r#"export*from"«./x.js»""#,
        r#"export * as n from "«./x.js»""#,
        r#"export*as n from'«./x.js»';"#,
        r#"export * as "a b" from "«./x.js»""#,
        r#"export * as default from "«./x.js»""#,
        r#"export * as from from "«./x.js»""#,
        r#"export {a} from "«./x.js»""#,
        r#"export{a as b,c}from"«./x.js»""#,
        r#"export {default} from "«./x.js»""#,
        r#"export {default as a, "b" as "c"} from "«./x.js»""#,
        r#"export {} from "«./x.js»""#,
        r#"export {a} from "«./x.json»" with {type: "json"}"#,
        "export {\n a as b,\n c\n} from \"«./x.js»\";",
        "export /* a */ { b /* c */ } /* d */ from /* e */ '«./x.js»'",
        "export {a}\nfrom\n'«./x.js»'",
        "export default class {}\nexport * from '«./x.js»'",
        "function f() {} export * from '«./x.js»'",
        "export {if, function, class, import}\nimport '«./x.js»'",
        "export {a as if, b as function, c as class}\n/'/.test(x);import '«./x.js»'",
        "export {a}\nfrom = './no.js'",
    ]);
}

#[test]
fn dynamic_imports() {
    check(&[
        r#"import("«./x.js»")"#,
        r#"import ( "«./x.js»" )"#,
        "import('«./x.js»')",
        "import(`«./x.js»`)",
        r#"import("«./x.js»",)"#,
        r#"import("«./x.json»", {with:{type:"json"}})"#,
        r#"import(/* webpackChunkName: "x" */ "«./x.js»" /* y */)"#,
        "import(\n  // why\n  '«./x.js»'\n)",
        r#"import.defer("«./x.js»")"#,
        r#"import . source ( "«./x.js»" )"#,
        r#"a = await import("«./x.js»")"#,
        r#"b ? import("«./x.js»") : import("«./y.js»")"#,
        r#"() => import("«./x.js»")"#,
        r#"x = {a: () => import("«./x.js»"), b: import("«./y.js»")}"#,
        r#"`${import("«./x.js»")}`"#,
        r#"`a${`b${import("«./x.js»")}`}c`"#,
        r#"class A { a = import("«./x.js»"); static { import("«./y.js»") } }"#,
        r#"function f() { return import("«./x.js»") }"#,
        r#"if (a) import("«./x.js»"); else import("«./y.js»")"#,
        r#"x = [...import("«./x.js»")]"#,
        r#"import("«./x.js»").then(a => import("«./y.js»"))"#,
        r#"import(import("«./x.js»"))"#,
        r#"var r = /can't/;import('«./x.js»');"#,
        // Not known as a whole.
        r#"import("./x/" + name)"#,
        r#"import("./x/".concat(name))"#,
        "import(`./x/${name}.js`)",
        "import(`./x\n.js`)",
        "import(tag`./x.js`)",
        "import(name)",
        "import(a ? './x.js' : './y.js')",
        "import(('./x.js'))",
        "import()",
        "import(...['./x.js'])",
    ]);
}

#[test]
fn urls_of_the_module() {
    check(&[
        r#"new URL("‹./x.js›", import.meta.url)"#,
        r#"new URL("‹worker.js›",import.meta.url)"#,
        "new URL(`‹x.wasm›`, import.meta.url)",
        "new URL('‹../x.png›', import.meta.url).href",
        r#"new Worker(new URL("‹./w.js›", import.meta.url), {type: "module"})"#,
        "new URL(\n  '‹x.png›',\n  import.meta.url,\n)",
        "new /* a */ URL /* b */ ( /* c */ '‹x.png›' /* d */ , /* e */ import . meta /* f */ . url /* g */ )",
        "fetch(new URL('‹x.json›', import.meta.url))",
        r#"new URL("‹/static/x.js›", import.meta.url)"#,
        r#"new URL("‹https://example.com/x.js›", import.meta.url)"#,
        "new URL('x.png', location.href)",
        "new URL('x.png')",
        "new URL('x' + '.png', import.meta.url)",
        "new URL(`${x}.png`, import.meta.url)",
        "new URL('x.png', import.meta.url + 'x')",
        "new URL('x.png', import.meta.url.href)",
        "new URL('x.png', import.meta.env)",
        "new URL('x.png', import.meta.url, 1)",
        "new MyURL('x.png', import.meta.url)",
        "new a.URL('x.png', import.meta.url)",
        "URL('x.png', import.meta.url)",
        "new Worker('./x.js')",
        "importScripts('./x.js')",
        "require('./x.js')",
        "import.meta.url",
        "import.meta.resolve(x)",
    ]);
}

#[test]
fn what_looks_like_a_reference_only() {
    check(&[
        "import x from 'lit'",
        "import x from '#util'",
        "import x from '@v/p'",
        "import x from 'x.js'",
        "import x from '.'",
        "import x from '..'",
        "import x from '.x.js'",
        "import x from 'https://example.com/x.js'",
        "import x from 'data:text/javascript,./x.js'",
        "// import './x.js'",
        "/* import './x.js' */",
        "/* import './x.js'",
        "'import \"./x.js\"'",
        r#"let s="import x from \"./x.js\"""#,
        "`import './x.js'`",
        "`${'import \"./x.js\"'}`",
        "x = /import '.\\/x.js'/",
        "x = /[/]import('.\\/x.js')/",
        "foo.import('./x.js')",
        "foo?.import('./x.js')",
        "foo\n.import('./x.js')",
        "foo. /* a */ import('./x.js')",
        "this.#import('./x.js')",
        "reimport('./x.js')",
        "$import('./x.js'); import$('./x.js'); _import('./x.js'); éimport('./x.js'); importé('./x.js')",
        "\\u0069mport('./x.js')",
        "x = {import: './x.js', export: './y.js'}",
        "x = {import('./x.js') {}}",
        "x = {get import() { return './x.js' }, async import() {}, *import() {}}",
        "class A { import() {} static import() {} #import() {} get import() {} }",
        "class A { import = './x.js'; export = './y.js' }",
        "class A { a = 1\n import() {} \n export() {} }",
        "x.export = './x.js'",
        "x.export * from './x.js'",
        "export function f() { return Array.from('./x.js') }",
        "export default './x.js'",
        "export const from = './x.js'",
        "export {from}; './x.js'",
        "IMPORT X FROM './x.js'",
        "import x from './x.js",
        "import x from './x.js\n'",
        "import x from `./x.js`",
        "import x './x.js'",
        "import {x './x.js'",
        "import {x} './x.js'",
        "import",
        "import {",
        "import(",
        "import('./x.js'",
        "import.",
        "new URL(",
        "new URL('x.js',",
        "export",
        "export *",
        "export {",
        "",
    ]);
}

/// After each of these, the lexer must know where it is: a quote in a regular expression that is
/// taken for division hides the import, a division taken for a regular expression does too.
#[test]
fn regular_expressions_and_divisions() {
    let regexes = [
        "/'/",
        "x = /'/",
        "f(/'/)",
        "f(a, /'/)",
        "[/'/]",
        "x = {a: /'/}",
        "a ? /'/ : /\"/",
        "!/'/.test(a)",
        "return_ = () => /'/",
        "if (a) /'/.test(b)",
        "while (a) /'/.test(b)",
        "for (;;) /'/.test(b)",
        "for (a of /'/) b",
        "for (const a of /'/.exec(b)) c",
        "with (a) /'/.test(b)",
        "if (a) b; else /'/.test(c)",
        "do /'/.test(a); while (b) /'/.test(c)",
        "{} /'/.test(a)",
        "{ a }\n/'/.test(a)",
        "if (a) {} /'/.test(b)",
        "function f() {} /'/.test(a)",
        "function f() { return /'/ }",
        "class A {} /'/.test(a)",
        "class A extends B {} /'/.test(a)",
        "class A { a = /'/; b() { return /'/ } }",
        "x => {}\n/'/.test(a)",
        "typeof /'/",
        "void /'/",
        "delete /'/.a",
        "a in /'/",
        "a instanceof /'/",
        "throw /'/",
        "new /'/.constructor",
        "switch (a) { case /'/: /'/; default: /'/ }",
        "a: /'/.test(b)",
        "yield_ = function*() { yield /'/ }",
        "async () => { await /'/ }",
        "a = b\n;/'/",
        "`${/'/}`",
        "`${a}` + /'/",
        "a && /'/",
        "a || /'/",
        "a ?? /'/",
        "a = /[/']/",
        "a = /\\/'/",
        "a = /[\\]/']/g",
        "a = /'/gimsuyd",
        "export default /'/",
        "...[/'/]",
        "try {} /'/.test(a)",
        "finally_: { } /'/.test(a)",
        "a, /'/",
        "x = a => /'/",
        "case_ => { /'/ }",
        "~/'/",
        "for (const x of []) { /'/.test(a) }",
        "label: for (;;) { break\n/'/.test(a) }",
        "if (a) { } else { } /'/.test(b)",
        "let a\n/'/.test(b)",
        "a\n++\nb;/'/",
        "export function f() {} /'/.test(a)",
        "export class A {} /'/.test(a)",
        "export default function() {} /'/.test(a)",
        "({a() { /'/ }, get b() { return /'/ }})",
        "a = b ? {} : /'/",
    ];
    for regex in regexes {
        check(&[&format!("{regex};import('«./x.js»')//'")]);
    }
    let divisions = [
        "a / b",
        "a /b/ c",
        "1 /b/ c",
        "1.5/b/ c",
        ".5 /b/ c",
        "0x1f /b/ c",
        "'a' /b/ c",
        "`a` /b/ c",
        "`${a}` /b/ c",
        "(a) /b/ c",
        "f() /b/ c",
        "a[0] /b/ c",
        "a++ /b/ c",
        "a-- /b/ c",
        "x = {} /b/ c",
        "x = {a: {}} /b/ c",
        "x = function() {} /b/ c",
        "x = function f(a = {}) {} /b/ c",
        "x = class {} /b/ c",
        "x = class A extends B {} /b/ c",
        "this /b/ c",
        "super_ /b/ c",
        "null /b/ c",
        "true /b/ c",
        "a.return /b/ c",
        "a.if (b) /b/ c",
        "a?.in /b/ c",
        "a.#in /b/ c",
        "of /b/ c",
        "async /b/ c",
        "get /b/ c",
        "/x/ /b/ c",
        "/x/g /b/ c",
        "({}) /b/ c",
        "[] /b/ c",
        "f(of /b/ c)",
        "a\n/b/ c",
        "(function() {} /b/ c)",
        "return_ /b/ c",
        "a ? {} /b/ c : d",
        "x = {if: 1}.if /b/ c",
        "x = a ? b : {} /b/ c",
        "a /= b / c",
        "import.meta /b/ c",
        "new Foo /b/ c",
        "new Foo() /b/ c",
        "$ /b/ c",
        "é /b/ c",
        "({return: 1}) /b/ c",
        "({if() {}}) /b/ c",
        "f`a` /b/ c",
        "f(() => {}) /b/ c",
        "1..a /b/ c",
        "a?.5:b /b/ c",
        "x = y => ({}) /b/ c",
    ];
    for division in divisions {
        // Were `/b/` a regular expression, the slash before the import would begin another.
        check(&[&format!("{division} /import('«./x.js»')/ 1")]);
    }
}

#[test]
fn source_maps() {
    check(&[
        "//# sourceMappingURL=⟦x.js.map⟧",
        "//# sourceMappingURL=⟦x.js.map⟧\n",
        "//# sourceMappingURL=⟦x.js.map⟧\r\n",
        "//# sourceMappingURL=⟦x.js.map⟧\t \n",
        "//# sourceMappingURL=⟦x.js.map⟧\u{2028}a",
        "//@ sourceMappingURL=⟦x.js.map⟧",
        "//#\tsourceMappingURL=⟦x.js.map⟧",
        "//#  sourceMappingURL=⟦x.js.map⟧",
        "//#sourceMappingURL=⟦x.js.map⟧",
        "/*# sourceMappingURL=⟦x.js.map⟧ */",
        "/*@ sourceMappingURL=⟦x.js.map⟧*/",
        "  //# sourceMappingURL=⟦x.js.map⟧",
        "foo //# sourceMappingURL=⟦x.js.map⟧",
        "//# sourceMappingURL=⟦x.js.map⟧\nfoo",
        "//# sourceMappingURL=a.map\nfoo\n//# sourceMappingURL=⟦b.map⟧",
        "//# sourceMappingURL=⟦b.map⟧\n//# sourceURL=x.js",
        "//# sourceMappingURL=⟦b.map⟧\n//# sourceMappingURL=a b.map",
        "//# sourceMappingURL=⟦data:application/json,{}⟧",
        "//# sourceMappingURL=⟦é.map⟧",
        "import '«./x.js»'\n//# sourceMappingURL=⟦x.js.map⟧\nimport '«./y.js»'",
        // A later one that is empty takes it back.
        "//# sourceMappingURL=a.map\n//# sourceMappingURL=⟦⟧",
        "//# sOurceMappingURL=x.js.map",
        "// # sourceMappingURL=x.js.map",
        "// sourceMappingURL=x.js.map",
        "///# sourceMappingURL=x.js.map",
        "//# sourceMappingURL = x.js.map",
        "//# sourceMappingURL=x.js.map and more",
        "/*# sourceMappingURL=x.js.map",
        "'//# sourceMappingURL=x.js.map'",
        "`\n//# sourceMappingURL=x.js.map\n`",
        "let s = \"\\\n//# sourceMappingURL=x.js.map\\\n\"",
        "x = /[/]///# sourceMappingURL=⟦x.js.map⟧",
        "x = /[//# sourceMappingURL=x.js.map]/",
    ]);
}

#[test]
fn html_comments_are_comments_in_scripts_that_are_no_modules() {
    check(&[
        "<!-- import('./no.js') '\nimport('«./x.js»')",
        "a <!-- import('./no.js') '\nimport('«./x.js»')",
        "--> import('./no.js') '\nimport('«./x.js»')",
        "a\n /* b */ --> import('./no.js') '\nimport('«./x.js»')",
        "while (a --> import('«./x.js»')) {}",
        "a<!--b;import('./no.js')",
        "import '«./x.js»'; a<!--b;import('«./y.js»')",
        "a<!--b;import('«./y.js»');export{a}",
    ]);
}

#[test]
fn without_modules_only_source_maps_count() {
    for (script, expected) in [
        ("import './x.js'", "import './x.js'"),
        ("import './x.js'//# sourceMappingURL=x.map", "import './x.js'//# sourceMappingURL=⟦x.map⟧"),
        ("import './x.js';`//# sourceMappingURL=x.map`", "import './x.js';`//# sourceMappingURL=x.map`"),
    ] {
        assert_eq!(marked(JsScanner::new(false), script), expected);
    }
}

/// In the row, `|` stands where the hash goes.
#[test]
fn escapes_are_undone_and_the_hash_goes_into_the_source() {
    for (row, specifier) in [
        (r"./x|.js", "./x.js"),
        (r"\u002e/x|.js", "./x.js"),
        (r"\u{2e}/x|\u{2E}js", "./x.js"),
        (r"\x2e\x2fx|\x2ejs", "./x.js"),
        (r"\./x|\.js", "./x.js"),
        (r"./\y|.js", "./y.js"),
        (r"\56/x|\56js", "./x.js"),
        (r"./it\'s|.js", "./it's.js"),
        (r"./\u00e9|.js", "./é.js"),
        (r"./é\u0301|.js", "./é\u{301}.js"),
        (r"./\ud83d\ude00|.js", "./😀.js"),
        (r"./\u{1F600}|.js", "./😀.js"),
        (r"./\é|.js", "./é.js"),
        (r"./\ud83d|.js", "./\u{fffd}.js"),
        (r"./\u{0000000000061}|.js", "./a.js"),
        (r"./\u{ffffffffffff}|.js", "./\u{fffd}.js"),
        (r"./\u{}|.js", "./u{}.js"),
        (r"./\u12|.js", "./u12.js"),
        (r"./\xg|.js", "./xg.js"),
        ("./a\\\nb|.js", "./ab.js"),
        ("./a\\\r\nb|.js", "./ab.js"),
        ("./a\\\u{2028}b|.js", "./ab.js"),
        ("./ab|\\\n.js", "./ab.js"),
        ("./a|.js?\\u0061", "./a.js?a"),
    ] {
        let source = row.replace('|', "");
        let script = format!("import '{source}'");
        let references = JsScanner::new(true).scan(&script);
        assert_eq!(references.len(), 1, "{script}");
        assert_eq!(references[0].specifier, specifier, "{script}");
        assert_eq!(&script[references[0].span.clone()], source);
        let stem = specifier.find(".js").expect("a script");
        let at = references[0].position(script.as_bytes(), stem);
        assert_eq!(splice(script.as_bytes(), [(at..at, "|")]), format!("import '{row}'").as_bytes(), "{script}");
    }
}

#[test]
fn scripts_are_told_by_their_names() {
    for (name, expected) in [
        ("a.js", true),
        ("a.mjs", true),
        ("A.JS", true),
        ("a.cjs", false),
        ("a.json", false),
        ("a.css", false),
        ("js", false),
    ] {
        assert_eq!(JsScanner::new(true).handles(&StaticName::new(name).expect("a name")), expected, "{name}");
    }
}

/// What Django answers, up to blanks and quotes, which we leave as the author wrote them.
#[test]
fn hashes_are_where_django_puts_them_except_where_it_is_wrong() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/django");
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(fixtures.join(name)).expect("a fixture")).expect("JSON")
    };
    let ours = [
        ("import(`./b.js`)", "import(`./b.200951372f6c.js`)"),
        ("foo.import(\"./b.js\")", "foo.import(\"./b.js\")"),
        ("import a from \".\"", "import a from \".\""),
        ("import a from \"..\"", "import a from \"..\""),
        ("import(/* webpackChunkName */ \"./b.js\")", "import(/* webpackChunkName */ \"./b.200951372f6c.js\")"),
        ("foo //# sourceMappingURL=x.js.map", "foo //# sourceMappingURL=x.js.99914b932bd3.map"),
        ("//@ sourceMappingURL=x.js.map", "//@ sourceMappingURL=x.js.99914b932bd3.map"),
        ("//#  sourceMappingURL=x.js.map", "//#  sourceMappingURL=x.js.99914b932bd3.map"),
        ("/*# sourceMappingURL=x.js.map */", "/*# sourceMappingURL=x.js.99914b932bd3.map */"),
    ];
    let normal = |script: &str| script.replace([' ', '\t', '\r', '\n'], "").replace('\'', "\"");
    let rows = read("rewrite.json");
    let rows: Vec<_> = rows.as_array().expect("rows").iter().filter(|row| row["kind"] == "js").collect();
    assert!(rows.len() > 60);
    for js_modules in [false, true] {
        let toml = format!(
            "static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\nmissing = \"warn\"\njs_modules = {js_modules}\n"
        );
        let site = Site::new().settings(&toml);
        for (name, content) in read("rewrite_files.json")["js"].as_object().expect("files") {
            site.write(&format!("src/{name}"), content.as_str().expect("a text"));
        }
        let rows = || rows.iter().filter(|row| row["js_modules"] == js_modules).enumerate();
        for (number, row) in rows() {
            site.write(&format!("src/js/row{number}.js"), row["input"].as_str().expect("a text"));
        }
        site.collect();
        for (number, row) in rows() {
            let input = row["input"].as_str().expect("a text");
            let Some(django) = row["output"].as_str() else { continue };
            let expected = ours.iter().find(|(wrong, _)| *wrong == input).map_or(django, |(_, ours)| ours);
            let actual = site.read(&format!("out/{}", site.stored(&format!("js/row{number}.js"))));
            assert_eq!(normal(&actual), normal(expected), "{input}");
        }
    }
}

fn built(site: &Site, missing: &str, js_modules: bool) -> (Option<i32>, String) {
    let toml = format!(
        "static_root = \"out\"\n[[dirs]]\npath = \"src\"\n[rewrite]\nmissing = \"{missing}\"\njs_modules = {js_modules}\n"
    );
    site.write("staticfiles.toml", toml);
    let run = site.run(&["collectstatic", "--no-input"]);
    (run.status, run.stderr)
}

#[test]
fn a_missing_module_fails_the_run_unless_it_has_no_extension() {
    for (script, status) in [
        ("import './missing.js'", 1),
        ("import './missing.json' with {type: 'json'}", 1),
        ("new URL('missing.png', import.meta.url)", 1),
        ("new URL('missing', import.meta.url)", 1),
        ("import './missing'", 0),
        ("import './missing?v=1.0'", 0),
        ("export * from './sub/LatLng'", 0),
        ("//# sourceMappingURL=missing.js.map", 0),
    ] {
        let site = Site::new().file("src/a.js", script);
        let (actual, stderr) = built(&site, "error", true);
        assert_eq!(actual, Some(status), "{script}: {stderr}");
        assert!(stderr.contains("missing") || stderr.contains("LatLng"), "{script}: it is said: {stderr}");
        let site = Site::new().file("src/a.js", script);
        let (actual, stderr) = built(&site, "ignore", true);
        assert_eq!((actual, stderr.contains("missing")), (Some(0), false), "{script}: {stderr}");
    }
}

#[test]
fn modules_are_hashed_over_what_they_import_and_left_alone_when_told_so() {
    let site = Site::new()
        .file("src/a.js", "import './b.mjs'; import('./c.js'); new URL('x.png', import.meta.url)")
        .file("src/b.mjs", "export * from './c.js'")
        .file("src/c.js", "import './b.mjs'")
        .file("src/x.png", "1");
    assert_eq!(built(&site, "error", true).0, Some(0));
    let names = ["a.js", "b.mjs", "c.js", "x.png"].map(|name| site.stored(name));
    let [a, b, c, x] = &names;
    let text = format!("import './{b}'; import('./{c}'); new URL('{x}', import.meta.url)");
    assert_eq!(site.read(&format!("out/{a}")), text);
    assert_eq!(site.read(&format!("out/{c}")), format!("import './{b}'"));
    assert_eq!(site.read("out/c.js"), "import './b.mjs'", "the plain copy is the source");
    site.write("src/c.js", "import './b.mjs' // 2");
    site.write("src/x.png", "1");
    site.collect();
    let changed = ["a.js", "b.mjs", "c.js", "x.png"].map(|name| !names.contains(&site.stored(name)));
    assert_eq!(changed, [true, true, true, false], "a cycle changes together, and who imports it");
    assert_eq!(built(&site, "error", false).0, Some(0));
    assert_eq!(site.read(&format!("out/{}", site.stored("b.mjs"))), "export * from './c.js'");
}

/// Lines of thousands of tokens of which each could send a careless scanner over the rest.
#[test]
fn the_time_is_linear_in_the_length() {
    let time = |script: &str| {
        let start = std::time::Instant::now();
        JsScanner::new(true).scan(script);
        start.elapsed().as_secs_f64()
    };
    for part in [
        "import{a}from'./x.js';'s';",
        "import ",
        "import{",
        "import{import ",
        "import{import as ",
        "import*as ",
        "import(",
        "import(`",
        "import('",
        "import.meta",
        "export{",
        "export*",
        "export{a}",
        "export{from ",
        "new URL(",
        "new URL('x',",
        "/[ ",
        "x=/a",
        "(",
        "{",
        "[",
        "`${",
        "class ",
        "class A{",
        "'",
        "\"",
        "\\",
        "a?",
        "<!--",
        "\n-->",
        "/*",
        "/* */-->",
        "/**/ -->",
        "\n/* */-->\n",
        "//",
        "//# sourceMappingURL=",
        "/*# sourceMappingURL=*/",
        "\u{2028}",
        "é",
        "}",
        ")",
        "{)",
        "(}",
        "import/**/",
        "import{a/**/",
        "function ",
        "-->",
        "--",
        "\u{a0}",
        "*",
        "a=>{",
        "import a,",
        "\\u{",
        "import a,{",
    ] {
        let [short, long] = [2_000, 32_000].map(|count| format!("import('./x.js');{}", part.repeat(count)));
        let best = |script: &str| (0..5).map(|_| time(script)).fold(f64::MAX, f64::min);
        // Sixteen times the length; a quadratic scanner takes 256 times as long.
        let ratio = best(&long) / best(&short).max(20e-6);
        assert!(ratio < 80.0, "{part:?}: {ratio}");
    }
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_harm(
        script in "(import|export|from|[ *{}()\\[\\];:,.?=>+'\"`/\\\\#$<\n\r\u{2028}\u{feff}é\0ax1]|new URL\\(|import\\.meta\\.url|'\\./x\\.js'|<!--|-->|//# sourceMappingURL=|\\\\u\\{|class |function |return ){0,40}",
    ) {
        let mut end = 0;
        for reference in JsScanner::new(true).scan(&script) {
            prop_assert!(reference.span.start >= end, "in order, not overlapping");
            end = reference.span.end;
            prop_assert!(script.get(reference.span.clone()).is_some(), "on character boundaries");
            for at in 0..=reference.specifier.len() {
                let position = reference.position(script.as_bytes(), at);
                prop_assert!(reference.span.contains(&position) || position == reference.span.end);
            }
        }
    }
}
