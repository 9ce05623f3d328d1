# Shortcuts; what they do is in the scripts they call.

_list:
    @just --list

# Formatting and lints: the quick part of .ci/run
check:
    cargo fmt --check
    cargo clippy --all-targets --all-features --locked -- -D warnings

# Every test, with what the tests need; what was skipped is said at the end
test:
    tests/run

# How long collecting takes, beside cp, md5sum and (if given) Django
bench:
    benches/collect

# The API documentation, warnings as errors
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --locked

# Format the code
fmt:
    cargo fmt

# The published packages that tests and benchmarks collect
trees:
    tests/fetch-trees
