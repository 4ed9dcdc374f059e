//! The window's look: graphite, one amber accent, Inter.

use bevy_egui::egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Frame, Margin, Shadow, Stroke, TextStyle, Theme,
    Visuals, vec2,
};
use std::sync::Arc;

/// The one accent.
pub const ACCENT: Color32 = Color32::from_rgb(0xF2, 0xA5, 0x41);
/// The accent under the pointer.
pub const ACCENT_BRIGHT: Color32 = Color32::from_rgb(0xFF, 0xBE, 0x68);
/// Text on the accent.
pub const ON_ACCENT: Color32 = Color32::from_rgb(0x22, 0x17, 0x08);
/// Text to read.
pub const TEXT: Color32 = Color32::from_rgb(0xE6, 0xE8, 0xEC);
/// Text beside it.
pub const TEXT_SOFT: Color32 = Color32::from_rgb(0x9C, 0xA3, 0xAF);
/// Text that is only there when looked for.
pub const TEXT_FAINT: Color32 = Color32::from_rgb(0x6C, 0x73, 0x80);
/// A panel.
pub const PANEL: Color32 = Color32::from_rgb(0x1A, 0x1C, 0x21);
/// Something that can be pressed.
pub const RAISED: Color32 = Color32::from_rgb(0x27, 0x2A, 0x31);
/// The same under the pointer.
pub const RAISED_BRIGHT: Color32 = Color32::from_rgb(0x33, 0x37, 0x40);
/// Something to write into, or a track.
pub const SUNKEN: Color32 = Color32::from_rgb(0x12, 0x14, 0x18);
/// Edges.
pub const EDGE: Color32 = Color32::from_rgb(0x30, 0x34, 0x3D);
/// Trouble.
pub const TROUBLE: Color32 = Color32::from_rgb(0xF0, 0x6A, 0x5E);
/// Done.
pub const DONE: Color32 = Color32::from_rgb(0x6C, 0xC4, 0x8E);

/// Space between panels and around them, points.
pub const GAP: f32 = 12.0;

const MEDIUM: &str = "medium";

/// Inter in its medium weight, for titles and buttons.
#[must_use]
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MEDIUM.into()))
}

/// Inter in its regular weight.
#[must_use]
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// A panel's frame.
pub fn card() -> Frame {
    Frame::new()
        .fill(PANEL.gamma_multiply(0.96))
        .stroke(Stroke::new(1.0, EDGE))
        .corner_radius(12)
        .inner_margin(Margin::symmetric(12, 10))
        .shadow(Shadow { offset: [0, 6], blur: 18, spread: 0, color: Color32::from_black_alpha(70) })
}

/// Dresses an egui context. Call once.
pub fn dress(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.set_theme(Theme::Dark);
    ctx.style_mut_of(Theme::Dark, |style| {
        style.text_styles = [
            (TextStyle::Small, FontId::proportional(11.5)),
            (TextStyle::Body, FontId::proportional(13.5)),
            (TextStyle::Button, FontId::proportional(13.5)),
            (TextStyle::Heading, medium(16.0)),
            (TextStyle::Monospace, FontId::monospace(12.5)),
        ]
        .into();
        style.spacing.item_spacing = vec2(8.0, 8.0);
        style.spacing.button_padding = vec2(10.0, 5.0);
        style.spacing.interact_size = vec2(28.0, 28.0);
        style.spacing.menu_margin = Margin::same(6);
        style.visuals = visuals();
        style.animation_time = 0.1;
    });
}

/// Inter before egui's own fonts, which have the signs that Inter lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular: &'static [u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
    let medium: &'static [u8] = include_bytes!("../../assets/fonts/Inter-Medium.ttf");
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "inter".to_owned());
    let mut with_medium = proportional.clone();
    with_medium.insert(0, "inter-medium".to_owned());
    fonts.families.insert(FontFamily::Name(MEDIUM.into()), with_medium);
    fonts.font_data.insert("inter".to_owned(), Arc::new(FontData::from_static(regular)));
    fonts.font_data.insert("inter-medium".to_owned(), Arc::new(FontData::from_static(medium)));
    fonts
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.override_text_color = None;
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, EDGE);
    visuals.window_corner_radius = CornerRadius::same(14);
    visuals.menu_corner_radius = CornerRadius::same(10);
    visuals.extreme_bg_color = SUNKEN;
    visuals.text_edit_bg_color = Some(SUNKEN);
    visuals.faint_bg_color = RAISED;
    visuals.hyperlink_color = ACCENT;
    visuals.selection.bg_fill = ACCENT.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.text_cursor.stroke = Stroke::new(2.0, ACCENT);
    visuals.slider_trailing_fill = true;
    visuals.popup_shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: Color32::from_black_alpha(110) };
    visuals.window_shadow = visuals.popup_shadow;
    let widgets = &mut visuals.widgets;
    for (widget, fill, text) in [
        (&mut widgets.noninteractive, PANEL, TEXT_SOFT),
        (&mut widgets.inactive, RAISED, TEXT),
        (&mut widgets.hovered, RAISED_BRIGHT, TEXT),
        (&mut widgets.active, RAISED_BRIGHT, Color32::WHITE),
        (&mut widgets.open, RAISED_BRIGHT, TEXT),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(7);
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, EDGE);
    visuals
}
