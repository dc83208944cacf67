//! Makes the vtables of two types of another crate.
#![no_std]
extern crate kinds;
use core::any::Any;

#[inline(never)]
pub fn both() -> [&'static dyn Any; 2] {
    [&kinds::Rustc, &kinds::Cargo]
}
