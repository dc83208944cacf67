//! A library whose data holds texts of its own path with their lengths: places of panics, and a slice.
#![no_std]

#[inline(never)]
pub fn texts() -> &'static [&'static str] {
    &["one", file!(), concat!("in ", file!()), "the last one"]
}

#[inline(never)]
pub fn name() -> &'static str {
    file!()
}

#[inline(never)]
pub fn at(numbers: &[u32], index: usize) -> u32 {
    assert!(index != 7, "seven is too many");
    numbers[index]
}
