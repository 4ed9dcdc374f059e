//! The right: everything about the selected clip.

use super::panel_view::PanelView;
use super::parts::{TextButton, card, faint, row, soft};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, TEXT};
use crate::author::Action;
use crate::author::session::{
    BETWEEN_SECS, ClipAction, GenerationAction, Inspection, SelectionAction, Session, TakeAction, USUAL_BETWEEN_SECS,
};
use crate::motion::FPS;
use crate::timeline::{Clip, ClipSettings, MOST_BLEND_FRAMES, MOST_LOOPS, SPEEDS};
use bevy_egui::egui::{Align, DragValue, Id, Label, Layout, Response, RichText, ScrollArea, Slider, TextStyle, Ui, vec2};

const ROW_HEIGHT: f32 = 21.0;
const LABEL_WIDTH: f32 = 66.0;
/// What the measures take at the bottom, where they stay in sight.
const MEASURES_HEIGHT: f32 = 106.0;

pub(super) fn inspector(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    let Some(place) = session.timeline().selected_clip() else { return Vec::new() };
    card(ui, "inspector", |ui| {
        // Small, so that nearly all of it is in sight in most windows.
        let style = ui.style_mut();
        (style.spacing.item_spacing.y, style.spacing.interact_size.y, style.spacing.button_padding) = (2.0, 19.0, vec2(7.0, 2.0));
        for text in [TextStyle::Button, TextStyle::Body] {
            style.text_styles.insert(text, theme::regular(12.0));
        }
        let mut actions = head(ui, session, place);
        let height = ui.available_height();
        // In a low window there is no room for fields beside what stays.
        let stay = height > 2.5 * MEASURES_HEIGHT;
        let fields_height = if stay { height - MEASURES_HEIGHT } else { height };
        ScrollArea::vertical().auto_shrink([false, false]).max_height(fields_height).show(ui, |ui| {
            actions.extend(fields(ui, session, place));
            session.timeline().inspection().filter(|_| !stay).into_iter().for_each(|inspection| measures(ui, inspection));
        });
        session.timeline().inspection().filter(|_| stay).into_iter().for_each(|inspection| measures(ui, inspection));
        actions
    })
}

fn head(ui: &mut Ui, session: &Session, place: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    let clip = &session.timeline().clips()[place];
    row(ui, 22.0, |ui| {
        let also = session.timeline().selected_count() - 1;
        let of = format!("Clip {} of {}", place + 1, session.timeline().clips().len());
        let title = if also > 0 { format!("{of} · {also} more selected") } else { of };
        ui.label(RichText::new(title).font(theme::medium(13.0)).color(TEXT));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "Close the inspector (Esc)", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::Selection(SelectionAction::SelectNone));
            }
            let anew = "Make it anew in its place, with another seed; what was done to it stays";
            if icon_button(ui, Icon::Again, anew, 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::Generation(GenerationAction::Anew));
            }
        });
    });
    if let Some(take) = session.timeline().document().takes().get(&clip.take) {
        let prompt = take.provenance.title();
        ui.add(Label::new(soft(prompt.as_ref()).size(12.5)).truncate()).on_hover_text(prompt);
    }
    actions
}

fn fields(ui: &mut Ui, session: &Session, place: usize) -> Vec<Action> {
    let clip = &session.timeline().clips()[place];
    let mut form = Form { place, clip, settings: clip.settings.clone(), actions: Vec::new() };
    ui.spacing_mut().slider_width = (ui.available_width() - LABEL_WIDTH - 76.0).max(40.0);
    trim(ui, session, &mut form);
    form.slider(ui, "Speed", "How fast it is played", |ui, settings| {
        ui.add(Slider::new(&mut settings.speed, SPEEDS).logarithmic(true).fixed_decimals(2).suffix("×"))
    });
    row(ui, ROW_HEIGHT, |ui| {
        form.check(ui, "Mirror", "Left and right change places", |settings| &mut settings.mirror);
        form.check(ui, "In place", "The body stays on its spot", |settings| &mut settings.in_place);
    });
    heading(ui, "Loop");
    form.slider(ui, "Rounds", "How often it is played", |ui, settings| {
        ui.add(Slider::new(&mut settings.loops, 1..=MOST_LOOPS).logarithmic(true))
    });
    row(ui, ROW_HEIGHT + 5.0, |ui| {
        let find = TextButton { text: "Find loop", main: false, min_width: 0.0, height: 25.0 };
        if ui.add(find).on_hover_text("Trim to the stretch that closes best, and play it several times (R)").clicked() {
            form.actions.push(Action::Clips(ClipAction::FindLoop(place)));
        }
        form.check(ui, "Returns", "Each loop ends where it began instead of travelling on", |settings| &mut settings.returns);
        if let Some(gap_m) = session.timeline().loop_gap_m(clip) {
            ui.label(faint(format!("gap {:.1} cm", 100.0 * gap_m)))
                .on_hover_text("How far the joints are from closing, before the seam is blended");
        }
    });
    heading(ui, "Make anew");
    form.actions.extend(anew(ui, session, place));
    heading(ui, "Place");
    form.slider(ui, "Facing", "To the left of where the clip before would have gone", |ui, settings| {
        ui.add(Slider::new(&mut settings.facing_deg, -180.0..=180.0).fixed_decimals(0).suffix("°"))
    });
    form.slider(ui, "Left", "Beside where the clip before would have gone", |ui, settings| {
        ui.add(Slider::new(&mut settings.offset_m[0], -2.0..=2.0).fixed_decimals(2).suffix(" m"))
    });
    form.slider(ui, "Ahead", "Ahead of where the clip before would have gone", |ui, settings| {
        ui.add(Slider::new(&mut settings.offset_m[1], -2.0..=2.0).fixed_decimals(2).suffix(" m"))
    });
    if place > 0 {
        form.slider(ui, "Blend", "Length of the transition from the clip before, frames", |ui, settings| {
            ui.add(Slider::new(&mut settings.blend_frames, 0..=MOST_BLEND_FRAMES).suffix(" f"))
        });
    }
    heading(ui, "Clean-up");
    form.slider(ui, "Foot lock", "How strongly touching feet are pinned", |ui, settings| {
        ui.add(Slider::new(&mut settings.foot_lock, 0.0..=1.0).fixed_decimals(2))
    });
    form.slider(ui, "Smooth", "How strongly tremble is taken off", |ui, settings| {
        ui.add(Slider::new(&mut settings.smoothing, 0.0..=1.0).fixed_decimals(2))
    });
    row(ui, ROW_HEIGHT, |ui| {
        let about = "A new take of this clip's take, with the published remove-sliding in the place of our clean-up";
        if ui.small_button("Published clean-up").on_hover_text(about).clicked() {
            form.actions.extend(
                session
                    .timeline()
                    .takes()
                    .position(|entry| entry.id == clip.take)
                    .map(|place| Action::Takes(TakeAction::RemoveSliding(place))),
            );
        }
    });
    let by_hand = clip.settings.contacts.len();
    if by_hand > 0 {
        row(ui, ROW_HEIGHT, |ui| {
            ui.label(soft(format!("{by_hand} contacts by hand")).size(12.5));
            if ui.small_button("Forget").on_hover_text("Let the clean-up find this clip's contacts by itself again").clicked() {
                let settings = ClipSettings { contacts: Vec::new(), ..form.settings.clone() };
                form.actions.push(Action::Clips(ClipAction::SetClip { clip: place, settings }));
            }
        });
    }
    form.actions
}

/// What leads over to the next clip, and a part of this one.
fn anew(ui: &mut Ui, session: &Session, place: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    let words = if session.draft().prompt.trim().is_empty() { "without words" } else { "with the words of the prompt" };
    row(ui, ROW_HEIGHT + 5.0, |ui| {
        let id = Id::new("between secs");
        let mut secs = ui.data(|data| data.get_temp(id)).unwrap_or(USUAL_BETWEEN_SECS);
        let lead = TextButton { text: "Lead over", main: false, min_width: 0.0, height: 25.0 };
        let has_next = place + 1 < session.timeline().clips().len();
        let about = format!("Make what leads to the next clip in so many seconds, {words}");
        if ui.add_enabled(has_next, lead).on_hover_text(about).clicked() {
            actions.push(Action::Generation(GenerationAction::Between(secs)));
        }
        let field = DragValue::new(&mut secs).range(BETWEEN_SECS.0..=BETWEEN_SECS.1).speed(0.02).fixed_decimals(1).suffix(" s");
        if ui.add(field).changed() {
            ui.data_mut(|data| data.insert_temp(id, secs));
        }
        let part = TextButton { text: "This part", main: false, min_width: 0.0, height: 25.0 };
        let about = format!("Make the part between I and O anew, {words}; the rest stays as and where it is");
        if ui.add_enabled(session.timeline().range().is_some(), part).on_hover_text(about).clicked() {
            actions.push(Action::Generation(GenerationAction::RedoPart));
        }
    });
    actions
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(3.0);
    ui.label(RichText::new(text).font(theme::medium(12.0)).color(TEXT));
}

fn trim(ui: &mut Ui, session: &Session, form: &mut Form<'_>) {
    let take_secs = session.timeline().document().takes().get(&form.clip.take).map_or(0.0, |take| take.motion.duration_secs());
    let (mut from, mut to) = (form.clip.from as f32 / FPS, form.clip.to as f32 / FPS);
    let clip = form.place;
    row(ui, ROW_HEIGHT, |ui| {
        label(ui, "Trim");
        for first in [true, false] {
            let (value, range) = if first { (&mut from, 0.0..=take_secs) } else { (&mut to, 0.0..=take_secs) };
            let field = DragValue::new(value).range(range).speed(1.0 / FPS).fixed_decimals(2).suffix(" s");
            let response = ui.add(field).on_hover_text(if first {
                "Start in the take ([ at the play head)"
            } else {
                "End in the take (] at the play head)"
            });
            form.push_change(&response, |dragged| {
                if dragged {
                    Action::Clips(ClipAction::DragTrim { clip, from, to })
                } else {
                    Action::Clips(ClipAction::Trim { clip, from, to })
                }
            });
        }
    });
}

fn label(ui: &mut Ui, text: &str) {
    let (_, place) = ui.allocate_space(vec2(LABEL_WIDTH - 8.0, ROW_HEIGHT));
    ui.painter().text(place.left_center(), bevy_egui::egui::Align2::LEFT_CENTER, text, theme::regular(12.5), theme::TEXT_SOFT.color());
}

/// The fields of a clip, and what they ask for.
struct Form<'a> {
    place: usize,
    clip: &'a Clip,
    settings: ClipSettings,
    actions: Vec<Action>,
}

impl Form<'_> {
    fn slider(&mut self, ui: &mut Ui, name: &str, about: &str, field: impl FnOnce(&mut Ui, &mut ClipSettings) -> Response) {
        let response = row(ui, ROW_HEIGHT, |ui| {
            label(ui, name);
            field(ui, &mut self.settings)
        });
        let response = response.on_hover_text(about);
        let (clip, settings) = (self.place, self.settings.clone());
        self.push_change(&response, |dragged| {
            if dragged {
                Action::Clips(ClipAction::DragClip { clip, settings })
            } else {
                Action::Clips(ClipAction::SetClip { clip, settings })
            }
        });
    }

    fn check(&mut self, ui: &mut Ui, name: &str, about: &str, field: fn(&mut ClipSettings) -> &mut bool) {
        if ui.checkbox(field(&mut self.settings), soft(name).size(12.5)).on_hover_text(about).changed() {
            self.actions.push(Action::Clips(ClipAction::SetClip { clip: self.place, settings: self.settings.clone() }));
        }
    }

    /// A value that has changed, by a hand on it (one change until it lets go) or otherwise.
    fn push_change(&mut self, response: &Response, action: impl FnOnce(bool) -> Action) {
        if response.changed() {
            self.actions.push(action(response.dragged()));
        }
        if response.drag_stopped() {
            self.actions.push(Action::Clips(ClipAction::Release));
        }
    }
}

/// What the take's stretch has and what the timeline has.
fn measures(ui: &mut Ui, inspection: &Inspection) {
    ui.add_space(3.0);
    let (before, after) = (&inspection.before, &inspection.after);
    let column = |ui: &mut Ui, text: &str, x: f32, color| {
        let place = ui.max_rect();
        let at = bevy_egui::egui::pos2(place.left() + x * place.width(), place.center().y);
        ui.painter().text(at, bevy_egui::egui::Align2::RIGHT_CENTER, text, theme::regular(12.0), color);
    };
    row(ui, 18.0, |ui| {
        ui.label(RichText::new("Quality").font(theme::medium(12.0)).color(TEXT));
        column(ui, "take", 0.62, theme::TEXT_FAINT.color());
        column(ui, "here", 0.96, theme::TEXT_FAINT.color());
    });
    for (name, unit, before, after, about) in [
        ("Slide", "mm", before.slide_mm_per_frame, after.slide_mm_per_frame, "Mean step of a toe near the floor, mm a frame"),
        ("Float", "%", before.float_pct, after.float_pct, "Frames in which nothing of the body is at the floor, flights left out"),
        ("Sink", "mm", before.penetration_mm, after.penetration_mm, "Mean depth of the deepest part of the body in the floor"),
        ("Jitter", "mm", before.jitter_mm_per_frame3, after.jitter_mm_per_frame3, "Mean third difference of the joints, mm a frame³"),
    ] {
        let line = row(ui, 18.0, |ui| {
            column(ui, &format!("{before:.1} {unit}"), 0.62, theme::TEXT_SOFT.color());
            column(ui, &format!("{after:.1} {unit}"), 0.96, TEXT.color());
            ui.label(soft(name).size(12.5))
        });
        line.on_hover_text(about);
    }
}
