//! Reading the steps of a script: actions with the state that they belong to, `Draft(Prompt("…"))`, or by their own name alone,
//! `Prompt("…")`, as version 0.1 wrote them.

use super::ScriptStep;
use crate::author::action::{Action, with_states};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, Unexpected, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

macro_rules! read_states {
    ($($(#[$what:meta])* $state:ident($action:ident),)*) => {
        /// The states of the session.
        const STATES: &[&str] = &[$(stringify!($state)),*];

        /// How many states have an action of this name.
        #[cfg(test)]
        fn states_with(name: &str) -> usize {
            0 $(+ usize::from(stringify!($state) != "Models" && has_variant(Action::$state, name)))*
        }

        impl<'de> Visitor<'de> for StepVisitor {
            type Value = ScriptStep;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action")
            }

            fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<ScriptStep, A::Error> {
                let (Name(name), variant) = access.variant()?;
                match &name[..] {
                    "WaitIdle" => return variant.unit_variant().map(|()| ScriptStep::WaitIdle),
                    "WaitPreview" => return variant.unit_variant().map(|()| ScriptStep::WaitPreview),
                    "Wait" => return variant.newtype_variant().map(ScriptStep::Wait),
                    _ => {}
                }
                $(if name == stringify!($state) {
                    return Ok(ScriptStep::Do(Action::$state(variant.newtype_variant()?)));
                })*
                // Models have had their own actions from the beginning, some with the names of others.
                $(if stringify!($state) != "Models" && has_variant(Action::$state, &name) {
                    return Ok(ScriptStep::Do(Action::$state(Deserialize::deserialize(Chosen { name, variant })?)));
                })*
                Err(A::Error::invalid_value(Unexpected::Str(&name), &self))
            }
        }
    };
}

with_states!(read_states);

/// The name of a variant.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl Visitor<'_> for NameVisitor {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an action")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.to_owned()))
            }
        }

        deserializer.deserialize_identifier(NameVisitor)
    }
}

struct StepVisitor;

impl<'de> Deserialize<'de> for ScriptStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The names of all actions would be a page of an error message.
        deserializer.deserialize_enum("Action", STATES, StepVisitor)
    }
}

/// An enum whose variant's name has been read.
struct Chosen<V> {
    name: String,
    variant: V,
}

impl<'de, A: VariantAccess<'de>> Deserializer<'de> for Chosen<A> {
    type Error = A::Error;

    fn deserialize_any<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, A::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: VariantAccess<'de>> EnumAccess<'de> for Chosen<V> {
    type Error = V::Error;
    type Variant = V;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, V), V::Error> {
        let name: StringDeserializer<V::Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.variant))
    }
}

/// Whether the enum of a state's actions has a variant of this name, or had one.
fn has_variant<T: DeserializeOwned>(_state: fn(T) -> Action, name: &str) -> bool {
    matches!(T::deserialize(AskVariants), Err(Answer(variants)) if variants.contains(&name))
}

/// Asks an enum for the names of its variants.
struct AskVariants;

/// They come as an error: nothing is made of them.
#[derive(Debug)]
struct Answer(&'static [&'static str]);

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Answer {}

impl Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for AskVariants {
    type Error = Answer;

    fn deserialize_any<T: Visitor<'de>>(self, _: T) -> Result<T::Value, Answer> {
        Err(Answer(&[]))
    }

    fn deserialize_enum<T: Visitor<'de>>(self, _: &'static str, variants: &'static [&'static str], _: T) -> Result<T::Value, Answer> {
        Err(Answer(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::script::Script;
    use crate::author::session::{ClipAction, ComparisonAction, DraftAction, ExportAction};
    use crate::timeline::ClipSettings;
    use std::path::Path;

    /// All actions of version 0.1.
    const OLD_NAMES: &str = "
        Prompt Seed Seconds Variations Literal Sampling OpenSampling Rewriter Rewrite Generate Continue LayOut Cancel
        Select Remove Again Anew RemoveSliding Favourite Search OnlyFavourites Row RowAlso SideBySide Pick ShowTimeline
        AddToTimeline Insert SelectClip SelectAlso SelectTo SelectAll SelectNone SetContact Split Trim DragTrim
        TrimStartHere TrimEndHere SetClip DragClip Release Duplicate Delete MoveClip InPoint OutPoint ClearRange
        FindLoop Undo Redo ZoomTimeline ScrollTimeline FitTimeline Play Pause TogglePlay Seek Scrub EndScrub Step
        ToStart ToEnd Speed Loop Camera Show Overlay OnionFrames Quality OpenBody LoadBody BodyShape DropBody
        MannequinColor MannequinBuild FullScreen NewProject OpenProject OpenRecent SaveProject SaveProjectAs ImportFile
        FilePath BrowseFile Save SaveOver Open Import ImportClips Leave CloseExporting Recover Appearance Scale Close
        OpenExport OpenModel OpenHelp OpenPalette PaletteWords CloseDialog ExportOf ExportSettings ExportPath
        BrowseExportPath Export ExportAll CancelExport CopyCommand OpenRating RatingForm Rate Score Unscore RatePair
        ExportRatings EndRating Dismiss Screenshot Quit
    ";

    fn steps(text: &str) -> Vec<ScriptStep> {
        let mut script = Script::parse(text, Path::new("a.ron")).expect("a script");
        std::iter::from_fn(|| script.next(Default::default(), 9.0)).take_while(|step| *step != ScriptStep::WaitPreview).collect()
    }

    #[test]
    fn every_name_of_version_0_1_stands_for_one_action() {
        for name in OLD_NAMES.split_whitespace() {
            assert_eq!(states_with(name), 1, "{name}");
        }
        assert_eq!(states_with("Dance"), 0);
    }

    #[test]
    fn actions_are_read_with_their_state_and_without() {
        let text = r#"[Prompt("a walk"), Draft(Prompt("a walk")), Seconds(2.0), Draft(Seconds(None)), Trim(clip: 1, from: 0.5, to: 2.0),
            Clips(Trim(clip: 1, from: 0.5, to: 2.0)), Row([0, 2]), Compare([0, 2]), Export("a.glb"), Exports(Export("a.glb")),
            SetClip(clip: 0, settings: (rounds: 3)), WaitPreview]"#;
        let prompt = || ScriptStep::from(DraftAction::Prompt("a walk".to_owned()));
        let trim = || ScriptStep::from(ClipAction::Trim { clip: 1, from: 0.5, to: 2.0 });
        let compare = || ScriptStep::from(ComparisonAction::Compare(vec![0, 2]));
        let export = || ScriptStep::from(ExportAction::Export("a.glb".into()));
        let looped = ScriptStep::from(ClipAction::SetClip { clip: 0, settings: ClipSettings { loops: 3, ..ClipSettings::default() } });
        let [long, free] = [Some(2.0), None].map(|secs| ScriptStep::from(DraftAction::Seconds(secs)));
        assert_eq!(steps(text), [prompt(), prompt(), long, free, trim(), trim(), compare(), compare(), export(), export(), looped]);
    }

    #[test]
    fn an_action_with_wrong_contents_is_named() {
        for text in ["[Seed(\"three\")]", "[Draft(Dance)]", "[Clips(Trim(clip: 1))]"] {
            let error = Script::parse(text, Path::new("a.ron")).expect_err(text).to_string();
            assert!(error.contains("line 1") && error.len() < 300, "{error}");
        }
    }
}
