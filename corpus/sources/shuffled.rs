//! Uses the proc macro. The statics keep the order the macro wrote them in.
#![no_std]
extern crate shuffle;

shuffle::shuffle!();

#[inline(never)]
pub fn limit(value: u32) -> u32 {
    if value > include!("scale.in") { FIRST as u32 } else { OTHER as u32 }
}
