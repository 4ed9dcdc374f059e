//! The takes so far and the generations under way.

use super::panel_view::PanelView;
use super::parts::{card, faint, progress_line, row};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, EDGE, RAISED, RAISED_BRIGHT, SUNKEN, TEXT, TEXT_FAINT, TEXT_SOFT};
use crate::author::Action;
use crate::author::session::{ClipAction, ComparisonAction, GenerationAction, TakeAction};
use crate::author::session::{Job, Progress, Session, TakeEntry};
use crate::timeline::Provenance;
use bevy_egui::egui::{
    Align, Align2, Color32, CornerRadius, Frame, Id, Layout, Margin, Rect, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder,
    WidgetInfo, WidgetType, pos2, text::LayoutJob, text::TextWrapping, vec2,
};
use std::borrow::Cow;

const ROW_HEIGHT: f32 = 48.0;
/// From so many takes on there is something to search.
const SEARCH_FROM: usize = 5;
const SEARCH_HEIGHT: f32 = 30.0;
/// From the middle of one of a row's buttons to the next.
const BUTTON_STEP: f32 = 24.0;

pub(super) fn takes(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let session = view.session;
    if session.timeline().take_count() == 0 && session.generation().jobs().is_empty() {
        return Vec::new();
    }
    // Only as tall as it needs to be.
    let listed: Vec<(usize, TakeEntry<'_>)> = session.list().listed(session.timeline()).collect();
    let rows = listed.len() + session.generation().jobs().len();
    let place = ui.max_rect();
    let head = if searches(session) { 54.0 + SEARCH_HEIGHT + 4.0 } else { 54.0 };
    let height = (head + rows as f32 * (ROW_HEIGHT + 4.0)).min(place.height());
    let place = Rect::from_min_size(place.min, vec2(place.width(), height));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| card(ui, "takes", |ui| list(ui, view, &listed))).inner
}

fn list(ui: &mut Ui, view: &PanelView<'_>, listed: &[(usize, TakeEntry<'_>)]) -> Vec<Action> {
    let session = view.session;
    let mut actions = Vec::new();
    row(ui, 20.0, |ui| {
        ui.label(RichText::new("Takes").font(theme::medium(13.0)).color(TEXT));
        ui.label(faint(session.timeline().take_count().to_string()));
        let only = session.list().favourites_only();
        if session.timeline().take_count() > 1 {
            let on = session.view().comparison().is_some();
            let label = "Side by side (V); Ctrl+click puts takes into the row";
            if icon_button(ui, Icon::SideBySide, label, 22.0, if on { Emphasis::On } else { Emphasis::Quiet }).clicked() {
                actions.push(Action::Comparison(ComparisonAction::SideBySide(!on)));
            }
        }
        if only || session.timeline().takes().any(|entry| entry.favourite) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (icon, emphasis) = if only { (Icon::Star, Emphasis::On) } else { (Icon::StarOutline, Emphasis::Quiet) };
                if icon_button(ui, icon, "Only favourites", 22.0, emphasis).clicked() {
                    actions.push(Action::Takes(TakeAction::OnlyFavourites(!only)));
                }
            });
        }
    });
    ui.spacing_mut().item_spacing.y = 4.0;
    if searches(session) {
        actions.extend(search(ui, session));
    }
    let shown = session.shown_index();
    ScrollArea::vertical().auto_shrink([false, false]).stick_to_bottom(true).show(ui, |ui| {
        for (index, entry) in listed {
            let shown = shown == Some(*index) || session.view().comparison().is_some_and(|comparison| comparison.has(entry.id));
            actions.extend(take_row(ui, *index, entry, shown));
        }
        for job in session.generation().jobs() {
            actions.extend(job_row(ui, job));
        }
    });
    actions
}

fn searches(session: &Session) -> bool {
    session.timeline().take_count() >= SEARCH_FROM || !session.list().search().is_empty()
}

fn search(ui: &mut Ui, session: &Session) -> Option<Action> {
    let mut words = session.list().search().to_owned();
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(8, 5));
    let hint = RichText::new("Search").color(TEXT_FAINT);
    let field = TextEdit::singleline(&mut words).id(Id::new("search")).hint_text(hint).desired_width(f32::INFINITY).frame(frame);
    let response = row(ui, SEARCH_HEIGHT, |ui| ui.add(field));
    response.changed().then_some(Action::Takes(TakeAction::Search(words)))
}

fn take_row(ui: &mut Ui, index: usize, entry: &TakeEntry<'_>, shown: bool) -> Vec<Action> {
    let take = &entry.take;
    let mut actions = Vec::new();
    let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, shown, format!("Take {}", index + 1)));
    // Of hundreds of takes a few are in sight: only their texts are laid out.
    if !ui.is_rect_visible(place) {
        return actions;
    }
    let pointed = ui.rect_contains_pointer(place);
    let fill = match (shown, pointed) {
        (true, _) => RAISED.color(),
        (false, true) => RAISED.with_alpha(0.6),
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(place, CornerRadius::same(8), fill);
    if shown {
        let mark = Rect::from_min_max(place.left_top() + vec2(0.0, 12.0), place.left_bottom() + vec2(3.0, -12.0));
        ui.painter().rect_filled(mark, CornerRadius::same(2), ACCENT);
    }
    let Provenance { origin, licence, .. } = &take.provenance;
    let seed = origin.seed().map_or_else(String::new, |seed| format!(" · seed {seed}"));
    let under = format!("{:.1} s{seed}", take.motion.duration_secs());
    let prompt = take.provenance.title();
    let title = if entry.continued { Cow::Owned(format!("→ {prompt}")) } else { Cow::Borrowed(prompt.as_ref()) };
    let buttons = row_buttons(index, entry, pointed);
    two_lines(ui, place, &title, &under, if shown { TEXT.color() } else { TEXT_SOFT.color() }, buttons.len());
    for (i, (icon, label, action)) in buttons.into_iter().enumerate() {
        let middle = pos2(place.right() - 16.0 - BUTTON_STEP * i as f32, place.center().y);
        let corner = Rect::from_center_size(middle, vec2(22.0, 22.0));
        let emphasis = if icon == Icon::Star { Emphasis::On } else { Emphasis::Quiet };
        let button = ui.scope_builder(UiBuilder::new().max_rect(corner), |ui| icon_button(ui, icon, &label, 22.0, emphasis));
        if button.inner.clicked() {
            return vec![action];
        }
    }
    if response.double_clicked() {
        actions.push(Action::Clips(ClipAction::AddToTimeline(index)));
    } else if response.clicked() {
        let beside = ui.input(|input| input.modifiers.command);
        actions.push(if beside {
            Action::Comparison(ComparisonAction::CompareAlso(index))
        } else {
            Action::Takes(TakeAction::Select(index))
        });
    }
    // Made when it is asked for alone: a frame has no time for what nobody reads.
    response.on_hover_ui(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        let canonical = origin.canonical_prompt().map_or_else(String::new, |canonical| format!("understood as: {canonical}\n"));
        ui.label(format!("{prompt}\n{canonical}{}\nmodel {}, {licence}", origin.settings(), take.provenance.model_and_version()));
    });
    actions
}

/// What can be done with a take, from right to left: all of it under the pointer, else a favourite's star.
fn row_buttons(index: usize, entry: &TakeEntry<'_>, pointed: bool) -> Vec<(Icon, String, Action)> {
    let number = index + 1;
    let (icon, label) =
        if entry.favourite { (Icon::Star, format!("Favourite {number}")) } else { (Icon::StarOutline, format!("Like take {number}")) };
    let star = (icon, label, Action::Takes(TakeAction::Favourite(index, !entry.favourite)));
    if pointed {
        let remove = (Icon::Close, format!("Remove take {number}"), Action::Takes(TakeAction::Remove(index)));
        let add = (Icon::Add, format!("Add take {number} to the timeline (double click)"), Action::Clips(ClipAction::AddToTimeline(index)));
        let again = (Icon::Again, format!("Take {number} again with another seed"), Action::Generation(GenerationAction::Again(index)));
        vec![remove, again, star, add]
    } else if entry.favourite {
        vec![star]
    } else {
        Vec::new()
    }
}

fn job_row(ui: &mut Ui, job: &Job) -> Vec<Action> {
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::hover());
    ui.painter().rect_filled(place, CornerRadius::same(8), RAISED_BRIGHT.with_alpha(0.4));
    let under = match *job.progress() {
        Progress::Waiting => "waiting".to_owned(),
        Progress::Running { .. } => {
            let left = job.left_secs().map_or_else(String::new, |secs| format!(" · {} left", in_time(secs)));
            format!("generating · {:.0} %{left}", 100.0 * job.share())
        }
    };
    two_lines(ui, place, &job.request().prompt, &under, TEXT_SOFT.color(), 0);
    let line = Rect::from_min_max(pos2(place.left() + 10.0, place.bottom() - 5.0), pos2(place.right() - 10.0, place.bottom() - 3.0));
    progress_line(ui, line, job.share());
    Vec::new()
}

/// Seconds as people say them.
fn in_time(secs: f32) -> String {
    if secs < 90.0 { format!("{:.0} s", secs.ceil()) } else { format!("{:.0} min", (secs / 60.0).ceil()) }
}

fn two_lines(ui: &Ui, place: Rect, title: &str, under: &str, color: Color32, buttons: usize) {
    let width = place.width() - 20.0 - BUTTON_STEP * buttons as f32;
    let mut job = LayoutJob::simple_singleline(title.to_owned(), theme::regular(13.0), color);
    job.wrap = TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..TextWrapping::default() };
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(place.left_top() + vec2(12.0, 7.0), galley, color);
    let at = place.left_bottom() + vec2(12.0, -8.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, under, theme::regular(11.5), TEXT_FAINT.color());
}
