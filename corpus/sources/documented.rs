//! A library whose documentation links to [`crate::first`], [`crate::second`], [`crate::third`], [`crate::fourth`],
//! [`crate::fifth`], [`crate::sixth`], [`core::option::Option`] and [`core::result::Result`].
#![no_std]

extern crate bridge;

pub mod first {}
pub mod second {}
pub mod third {}
pub mod fourth {}
pub mod fifth {}
pub mod sixth {}
