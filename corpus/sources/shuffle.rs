//! A proc macro that walks a `HashMap`: the order of what it writes is drawn anew in each run.
extern crate proc_macro;
use proc_macro::TokenStream;
use std::collections::HashMap;

#[proc_macro]
pub fn shuffle(_: TokenStream) -> TokenStream {
    let kinds = HashMap::from([("FIRST", 11u8), ("OTHER", 22u8)]);
    let order: String = kinds.iter().map(|(name, value)| format!("pub static {name}: u8 = {value};")).collect();
    order.parse().expect("this is Rust")
}
