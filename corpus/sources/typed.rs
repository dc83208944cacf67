//! Compares a type at run time, so that its `TypeId` stands in the code, and hands out a value of it that tells its id.
#![no_std]
use core::any::{Any, TypeId};

pub struct Rustc;

#[inline(never)]
pub fn is_rustc(value: &dyn Any) -> bool {
    value.is::<Rustc>()
}

#[inline(never)]
pub fn is_other(value: &dyn Any) -> bool {
    value.type_id() != TypeId::of::<Rustc>()
}

#[inline(never)]
pub fn any() -> &'static dyn Any {
    &Rustc
}
