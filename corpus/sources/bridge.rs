//! A library that hands on a macro of another crate.
#![no_std]

extern crate shuffle;
pub use shuffle::shuffle;
