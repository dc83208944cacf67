//! The type a value has, told at run time.
#![no_std]
use core::any::Any;

pub struct Whole(pub u32);

/// What a value is as a number.
#[inline(never)]
pub fn as_number(value: &dyn Any) -> Option<u32> {
    value.downcast_ref().map(|&Whole(number)| number)
}
