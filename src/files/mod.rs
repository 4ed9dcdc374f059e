//! What every module that touches files shares: whole files in, written beside and renamed, and whether somebody else has
//! written them; Python's pickles as data; the one line that a message is. It knows no format of ours and no model.

mod atomic;
mod left_over;
mod line;
pub mod pickle;
mod stamp;
mod whole;

pub use atomic::{Beside, save, save_with};
pub use line::{LONGEST_LINE, one_line};
pub use stamp::Stamp;
pub use whole::{ReadError, open, read};
