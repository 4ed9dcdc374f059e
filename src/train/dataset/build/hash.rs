//! A hash that is the same in every version of the program, because splits and records depend on it: 64-bit FNV-1a, finished with
//! a mixer so that similar names land far apart.

/// Hash of some texts in order.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^ state >> 33
}
