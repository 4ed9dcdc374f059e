//! Which action a caption in plain words asks for.

use super::MeasuredAction::{self, *};

/// What a person does by a caption, or what that begins with where words follow, and the action that it asks for; the first that fits counts.
const CAPTIONS: [(&str, MeasuredAction); 38] = [
    ("walks like an elderly person", OldWalk),
    ("walks happily", HappyWalk),
    ("walks as if exhausted", TiredWalk),
    ("walks and turns left", TurnLeft),
    ("walks and turns right", TurnRight),
    ("walks and veers left", TurnLeft),
    ("walks and veers right", TurnRight),
    ("walks and waves", WalkAndWave),
    ("walks backward", WalkBackwards),
    ("walks slowly", WalkSlowly),
    ("walks to the left", StepLeft),
    ("walks to the right", StepRight),
    ("walks briskly", Walk),
    ("strides forward", Walk),
    ("runs and turns left", RunAndTurnLeft),
    ("runs and turns right", RunAndTurnRight),
    ("runs", Run),
    ("jogs", Run),
    ("dashes forward", Run),
    ("jumps", Jump),
    ("makes a high jump", Jump),
    ("does jumping jacks", JumpingJacks),
    ("waves the left hand", WaveLeftHand),
    ("waves the right hand", WaveRightHand),
    ("waves", Wave),
    ("raises both hands", RaiseBothHands),
    ("raises the left hand", RaiseLeftHand),
    ("raises the right hand", RaiseRightHand),
    ("bows", Bow),
    ("kicks", Kick),
    ("boxes", Punch),
    ("throws a punch", Punch),
    ("jabs", Punch),
    ("dances", Dance),
    ("stands still", StandStill),
    ("crouches", Crouch),
    ("walks forward", Walk),
    ("walks", Walk),
];
/// What is more than these actions, and so is not measured by them.
const MORE: [&str; 7] = [" in place", " and stands up", " around", " and stops", " and walks back", " sideways", " like a zombie"];

impl MeasuredAction {
    /// The action that a caption of the model's normaliser asks for, if its effect is measured.
    #[must_use]
    pub fn of_caption(caption: &str) -> Option<Self> {
        let does = caption.strip_prefix("a person ").filter(|does| !MORE.iter().any(|more| does.contains(more)))?;
        let fits = |begins: &str| does.strip_prefix(begins).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']));
        CAPTIONS.iter().find(|(begins, _)| fits(begins)).map(|(_, action)| *action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_ask_for_what_they_say_and_not_for_more() {
        for (caption, action) in [
            ("a person walks", Some(Walk)),
            ("a person walks like an elderly person", Some(OldWalk)),
            ("a person walks and turns left", Some(TurnLeft)),
            ("a person dances salsa", Some(Dance)),
            ("a person waves goodbye", Some(Wave)),
            ("a person waves the left hand", Some(WaveLeftHand)),
            ("a person jogs in place", None),
            ("a person crouches down and stands up", None),
            ("a person walks forward, turns around and walks back", None),
            ("a person sleeps lying down", None),
            ("a personal walks", None),
            ("a person runsum", None),
        ] {
            assert_eq!(MeasuredAction::of_caption(caption), action, "{caption}");
        }
    }
}
