fn main() {
    println!("cargo:rustc-link-arg=-nostartfiles");
    println!("cargo:rustc-link-arg=-Wl,-z,noseparate-code");
    println!("cargo:rustc-link-arg=-Wl,--build-id=none");
}
