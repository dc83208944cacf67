//! A library that stands on `shape`.
#![no_std]
extern crate shape;

#[inline(never)]
pub fn twice(width: u32) -> u32 {
    2 * shape::area(width, 3)
}
