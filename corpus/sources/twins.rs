//! Links two builds of one library, told apart by `-C metadata` alone.
#![no_std]
#![no_main]
use core::arch::asm;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    let status = first::whereabouts().len() + second::whereabouts().len();
    unsafe { asm!("syscall", in("rax") 60u64, in("rdi") status, options(noreturn)) }
}
