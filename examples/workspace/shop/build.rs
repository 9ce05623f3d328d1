//! The compiler does not notice a new file in `static`; cargo does.

fn main() {
    println!("cargo::rerun-if-changed=static");
}
