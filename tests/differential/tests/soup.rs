//! Random rows of tokens: wherever the parser takes one for a script, the scanner finds what it finds.
//!
//! `SOUP=N` tries N rows instead of 300,000.

use staticfiles::references::{JsScanner, Scanner};
use staticfiles_differential::{by_tree, found};

/// With quotes and slashes where it matters whether they are in a regular expression. Words that
/// old scripts may use as names (`await`, `yield`) are not here: the scanner takes them for keywords.
const TOKENS: [&str; 64] = [
    "a",
    "a",
    "b",
    "1",
    "'s'",
    "import('./x.js')",
    "import('./x.js')",
    "import './y.js';",
    "import a from './z.js'\n",
    "export * from './e.js';",
    "export {a} from './f.js';",
    "export default ",
    "new URL('u', import.meta.url)",
    "/'/",
    "/'/",
    "/'/",
    "/`/g",
    "/",
    "/",
    "/",
    "/=",
    "(",
    "(",
    ")",
    ")",
    "{",
    "{",
    "{",
    "}",
    "}",
    "}",
    "[",
    "]",
    ";",
    ";",
    ",",
    ":",
    "?",
    ".",
    "?.",
    "=>",
    "=",
    "++",
    "*",
    "...",
    "`",
    "${",
    "\n",
    "\n",
    " ",
    "if(a)",
    "for(;;)",
    "else ",
    "return ",
    "function ",
    "function f()",
    "class ",
    "class A ",
    "extends ",
    "get ",
    "static ",
    "let ",
    "in ",
    "typeof ",
];

/// Whole forms, so that more rows are scripts.
const FORMS: [&str; 24] = [
    "()=>{",
    "a=>",
    "({",
    "})",
    "function(){",
    "function*g(){",
    "class{",
    "class A{",
    "m(){",
    "async ",
    "case a:",
    "default:",
    "switch(a){",
    "try{",
    "}catch{",
    "}finally{",
    "do ",
    "while(a)",
    "x:",
    "of ",
    "for(let a of ",
    "for(const a in ",
    "import(",
    "#p",
];

/// Marsaglia's xorshift: the same rows at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn row(&mut self) -> String {
        let length = 3 + self.below(12);
        let token = |_| match self.below(4) {
            0 => FORMS[self.below(FORMS.len())],
            _ => TOKENS[self.below(TOKENS.len())],
        };
        let row: String = (0..length).map(token).collect();
        let closing = closing(&row);
        row + &closing
    }
}

/// What the scanner is known to read in another way, since nobody writes it: a statement that can
/// never be reached, behind `return` and a line end; `let` as the name of a variable; a regular
/// expression as a statement right behind the second variable of a `let` without a semicolon.
fn is_known(script: &str) -> bool {
    let is_variable = script.contains("let \n") || script.contains("let ") && script.contains(',');
    is_variable || script.contains("return \n") || script.contains("return //")
}

/// The brackets that the row leaves open: more rows are scripts with them.
fn closing(row: &str) -> String {
    let mut open = Vec::new();
    for byte in row.chars() {
        match byte {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            _ if open.last() == Some(&byte) => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

#[test]
fn the_scanner_agrees_wherever_the_parser_finds_a_script() {
    let rows = std::env::var("SOUP").map_or(300_000, |rows| rows.parse().expect("a number"));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut scripts, mut differences) = (0, Vec::new());
    for _ in 0..rows {
        // What is at the end shows whether the scanner still knows where it is.
        let row = random.row();
        for script in [format!("{row}\n;import('./end.js')"), format!("{row}\n/'/;import('./end.js')//'")] {
            let Some(expected) = by_tree(&script) else { continue };
            scripts += 1;
            let actual: Vec<_> = JsScanner::new(true).scan(&script).into_iter().map(found).collect();
            if actual != expected && !is_known(&script) {
                differences.push(script);
            }
        }
    }
    println!("{scripts} scripts among {rows} rows");
    assert!(scripts * 100 > rows, "{scripts} scripts among {rows} rows");
    differences.sort_by_key(|script| (script.len(), script.clone()));
    differences.dedup();
    differences.truncate(40);
    assert!(differences.is_empty(), "{differences:#?}");
}
