//! What every module that touches files shares: whole files in, written beside and renamed or behind what is there, and whether somebody else
//! has written them; the user's `ffmpeg` as a child process; Python's pickles as data; the one line that a message is, and a log of them. It
//! knows no format of ours and no model.

mod append;
mod atomic;
mod ffmpeg;
mod left_over;
mod line;
pub mod pickle;
mod rolling;
mod stamp;
mod whole;

pub use append::Append;
pub use atomic::{Beside, save, save_with};
pub use ffmpeg::{Ffmpeg, FfmpegAtWork, FfmpegEnd};
pub use line::{LONGEST_LINE, one_line};
pub use rolling::RollingLog;
pub use stamp::Stamp;
pub use whole::{ReadError, open, read};
