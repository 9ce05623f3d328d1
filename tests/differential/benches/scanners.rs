//! How many bytes a second the scanners read, beside a full parser and a pass of regular expressions.
//!
//! `cargo bench --manifest-path tests/differential/Cargo.toml --features bench`, after
//! `tests/fetch-trees`.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use oxc_allocator::Allocator;
use oxc_span::SourceType;
use regex::Regex;
use staticfiles::references::{CssScanner, JsScanner, Scanner};
use staticfiles_differential::parse;

/// The texts below a directory of the fetched packages.
fn texts(directory: &str, extension: &str) -> Vec<String> {
    let trees = std::env::var_os("STATICFILES_TREES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/trees"),
        |trees| Path::new(&trees).to_path_buf(),
    );
    let files = walkdir::WalkDir::new(trees.join(directory)).sort_by_file_name().into_iter();
    let files = files.filter_map(|entry| entry.ok()).filter(|entry| entry.file_type().is_file());
    let files = files.filter(|entry| entry.path().extension().is_some_and(|found| found == extension));
    files.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
}

/// What a scanner without a lexer would ask of every text: roughly Django's patterns.
fn patterns(extension: &str) -> Vec<Regex> {
    let patterns: &[&str] = match extension {
        "css" => &[
            r#"(?i)url\(\s*["']?([^"')]*)["']?\s*\)"#,
            r#"(?i)@import\s*["']\s*([^"']*)["']"#,
            r"(?m)^/\*#[ \t]sourceMappingURL=(.*)\*/$",
        ],
        _ => &[
            r#"(?i)import(?:[\s{][^;]*?|\*\s*as\s*\w+)\s*from\s*["']([./][^"']*)["']"#,
            r#"(?i)export[\s{][^;]*?\s*from\s*["']([./][^"']*)["']"#,
            r#"(?i)import\s*["']([./][^"']*)["']"#,
            r#"(?i)import\(["']([^"']*)["']\)"#,
            r"(?m)^//# sourceMappingURL=(.*)$",
        ],
    };
    patterns.iter().map(|pattern| Regex::new(pattern).expect("a pattern")).collect()
}

fn compare(criterion: &mut Criterion, name: &str, extension: &str, texts: &[String]) {
    if texts.is_empty() {
        eprintln!("SKIPPED: {name}: run tests/fetch-trees");
        return;
    }
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    let scanner: &dyn Scanner = if extension == "css" { &CssScanner } else { &JsScanner::new(true) };
    group.bench_function("scanner", |bencher| {
        bencher.iter(|| texts.iter().map(|text| scanner.scan(black_box(text)).len()).sum::<usize>());
    });
    let patterns = patterns(extension);
    group.bench_function("regular expressions", |bencher| {
        let count = |text: &String| patterns.iter().map(|one| one.find_iter(black_box(text)).count()).sum::<usize>();
        bencher.iter(|| texts.iter().map(count).sum::<usize>());
    });
    if extension == "js" {
        let mut allocator = Allocator::default();
        group.bench_function("oxc_parser", |bencher| {
            bencher.iter(|| {
                for text in texts {
                    black_box(parse(&allocator, black_box(text), SourceType::unambiguous()).program.body.len());
                    allocator.reset();
                }
            });
        });
    }
    group.finish();
}

fn packages(criterion: &mut Criterion) {
    for (package, directory) in [("monaco-editor", "monaco-editor/esm"), ("bootstrap", "bootstrap/dist")] {
        for extension in ["js", "css"] {
            compare(criterion, &format!("{package} {extension}"), extension, &texts(directory, extension));
        }
    }
}

/// Twice the imports must take twice the time: the same bytes a second.
fn linearity(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("imports and strings");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    for count in [2_000, 4_000, 8_000, 16_000] {
        let line = |number| format!("import{{a{number}}}from\"./m{number}.js\";let s{number}='import \"./x.js\"';\n");
        let script: String = (0..count).map(line).collect();
        group.throughput(Throughput::Bytes(script.len() as u64));
        group.bench_function(count.to_string(), |bencher| {
            bencher.iter(|| JsScanner::new(true).scan(black_box(&script)))
        });
    }
    group.finish();
}

criterion_group!(benches, packages, linearity);
criterion_main!(benches);
