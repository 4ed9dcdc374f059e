//! Messages that quote a file or a name: one printable line of a bounded length.

/// Most characters of a message.
pub const LONGEST_LINE: usize = 300;

/// A text as one line of at most `most` characters. Line ends and codes that a terminal obeys become blanks; of a longer text the middle
/// is left out, because what happened stands at the beginning and what to do at the end.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    let printable: String = text.chars().map(|letter| if is_printable(letter) { letter } else { ' ' }).collect();
    let line = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    let count = line.chars().count();
    if count <= most {
        return line;
    }
    let end = most / 3;
    let begin = most.saturating_sub(end + 1);
    let head: String = line.chars().take(begin).collect();
    let tail: String = line.chars().skip(count - end).collect();
    format!("{head}…{tail}")
}

/// Whether a letter shows as itself: no control, and none of the marks that turn the direction of a text or hide in it.
fn is_printable(letter: char) -> bool {
    let hides = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    !letter.is_control() && !hides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_printable_line_with_both_its_ends() {
        assert_eq!(one_line("a\x1b[31m red\r\nname\u{202e}", 40), "a [31m red name");
        let long = format!("begins {} ends", "x".repeat(1500));
        let line = one_line(&long, LONGEST_LINE);
        assert_eq!(line.chars().count(), LONGEST_LINE);
        assert!(line.starts_with("begins x") && line.ends_with("x ends"), "{line}");
        assert_eq!(one_line(&"ß".repeat(300), 300).chars().count(), 300);
    }
}
