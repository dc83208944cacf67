//! Prints the key of the password that it is given.

fn main() {
    let password = std::env::args().nth(1).unwrap_or_default();
    println!("{:016x}", stretch::key(&password));
}
