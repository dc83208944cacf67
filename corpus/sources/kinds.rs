//! Compares types at run time, so that their `TypeId`s stand in the code.
#![no_std]
use core::any::{Any, TypeId};

pub struct Rustc;
pub struct Cargo;

#[inline(never)]
pub fn is_rustc(value: &dyn Any) -> bool {
    value.is::<Rustc>()
}

#[inline(never)]
pub fn is_either(value: &dyn Any) -> bool {
    value.is::<Cargo>() || value.type_id() == TypeId::of::<Rustc>()
}
