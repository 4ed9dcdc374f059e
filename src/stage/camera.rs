//! The camera: an orbit around a target, moved smoothly, which can follow the character.

use super::character::{Posing, Standing};
use super::inputs::{OnStage, StageQuality};
use crate::view::{self, CameraMove, ComparisonRoom, Shadows, ViewAngle};
use bevy::camera::CameraUpdateSystems;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::light::ShadowFilteringMethod;
use bevy::prelude::*;

/// A long lens: little distortion, calm verticals.
const FIELD_OF_VIEW_RAD: f32 = 0.56;
/// The height that the camera looks at, metres: a little above the navel, so that head and feet both fit.
const TARGET_HEIGHT_M: f32 = 0.88;
const DISTANCE_RANGE_M: (f32, f32) = (1.2, 30.0);
/// Room for a body beside its pelvis, an arm stretched out, metres.
const BODY_HALF_WIDTH_M: f32 = 0.95;
/// From where characters side by side are seen: nearly from the front, so that nobody hides another.
const ABREAST_PITCH_RAD: f32 = 0.16;
const PITCH_RANGE_RAD: (f32, f32) = (0.02, 1.45);
/// Time in which the camera goes most of its way, seconds.
const SETTLE_SECS: f32 = 0.12;

/// Where the camera is: on a sphere around a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orbit {
    /// What it looks at, world, metres.
    pub target_m: Vec3,
    /// Angle about Y; 0 looks at the front of a character that faces +Z.
    pub yaw_rad: f32,
    /// Angle above the horizon.
    pub pitch_rad: f32,
    /// Distance from the target, metres.
    pub distance_m: f32,
}

impl Orbit {
    /// A standard view of a character at the origin.
    #[must_use]
    pub fn new(angle: ViewAngle) -> Self {
        let (yaw_rad, pitch_rad) = match angle {
            ViewAngle::Front => (0.0, 0.12),
            ViewAngle::Side => (std::f32::consts::FRAC_PI_2, 0.10),
            ViewAngle::ThreeQuarter => (0.66, 0.20),
            ViewAngle::Back => (std::f32::consts::PI, 0.14),
            ViewAngle::Top => (0.0, PITCH_RANGE_RAD.1),
        };
        Self { target_m: Vec3::Y * TARGET_HEIGHT_M, yaw_rad, pitch_rad, distance_m: 4.6 }
    }

    /// Turned by angles, never under the floor nor over the top.
    #[must_use]
    pub fn turned(self, yaw_rad: f32, pitch_rad: f32) -> Self {
        let pitch_rad = (self.pitch_rad + pitch_rad).clamp(PITCH_RANGE_RAD.0, PITCH_RANGE_RAD.1);
        Self { yaw_rad: self.yaw_rad + yaw_rad, pitch_rad, ..self }
    }

    /// The distance times `factor`, within bounds.
    #[must_use]
    pub fn zoomed(self, factor: f32) -> Self {
        Self { distance_m: (self.distance_m * factor).clamp(DISTANCE_RANGE_M.0, DISTANCE_RANGE_M.1), ..self }
    }

    /// The target moved in the picture's plane, as shares of the picture's height (right, up).
    #[must_use]
    pub fn panned(self, right: f32, up: f32) -> Self {
        let rotation = self.transform().rotation;
        let height_m = self.picture_height_m();
        let target_m = self.target_m + (rotation * Vec3::X) * (right * height_m) + (rotation * Vec3::Y) * (up * height_m);
        Self { target_m: target_m.with_y(target_m.y.clamp(0.0, 3.0)), ..self }
    }

    /// The camera's place and direction.
    #[must_use]
    pub fn transform(&self) -> Transform {
        let (sin_yaw, cos_yaw) = self.yaw_rad.sin_cos();
        let (sin_pitch, cos_pitch) = self.pitch_rad.sin_cos();
        let from_target = Vec3::new(sin_yaw * cos_pitch, sin_pitch, cos_yaw * cos_pitch);
        Transform::from_translation(self.target_m + from_target * self.distance_m).looking_at(self.target_m, Vec3::Y)
    }

    /// The same orbit around a character whose pelvis is at `pelvis_m`; the height stays.
    #[must_use]
    pub fn around(self, pelvis_m: Vec3) -> Self {
        Self { target_m: Vec3::new(pelvis_m.x, self.target_m.y, pelvis_m.z), ..self }
    }

    /// How much of the world fits in the picture's height at the target, metres.
    fn picture_height_m(&self) -> f32 {
        2.0 * self.distance_m * (FIELD_OF_VIEW_RAD / 2.0).tan()
    }

    fn towards(self, goal: Self, t: f32) -> Self {
        Self {
            target_m: self.target_m.lerp(goal.target_m, t),
            yaw_rad: self.yaw_rad + (goal.yaw_rad - self.yaw_rad) * t,
            pitch_rad: self.pitch_rad + (goal.pitch_rad - self.pitch_rad) * t,
            distance_m: self.distance_m + (goal.distance_m - self.distance_m) * t,
        }
    }
}

/// The camera's goal and how it gets there.
#[derive(Resource, Clone, Debug)]
pub struct CameraRig {
    /// Where the camera is heading.
    pub goal: Orbit,
    /// Whether the target stays on the character.
    pub follow: bool,
    /// Centre of the part of the picture that no panel covers, as shares of its width and height from its middle (right, up).
    pub free_center: Vec2,
    /// The size of that part, as shares of the picture's width and height.
    pub free_size: Vec2,
    instant: bool,
    round_rad_per_sec: f32,
    shown: Orbit,
    comparison: Option<ComparisonRoom>,
    /// Where the camera was before there were characters side by side.
    before: Option<Orbit>,
}

impl CameraRig {
    /// A rig at rest in a standard view, following.
    #[must_use]
    pub fn new(angle: ViewAngle) -> Self {
        let goal = Orbit::new(angle);
        Self {
            goal,
            follow: true,
            free_center: Vec2::ZERO,
            free_size: Vec2::ONE,
            instant: false,
            round_rad_per_sec: 0.0,
            shown: goal,
            comparison: None,
            before: None,
        }
    }

    /// The same rig, whose camera is at its goal at once: for pictures.
    #[must_use]
    pub fn without_delay(self) -> Self {
        Self { instant: true, ..self }
    }

    /// The same view in a picture without panels, whose camera is at its goal at once.
    #[must_use]
    pub fn in_picture(&self) -> Self {
        Self { free_center: Vec2::ZERO, free_size: Vec2::ONE, instant: true, ..self.clone() }
    }

    /// Does one move. Panning lets the character go.
    pub fn apply(&mut self, camera_move: CameraMove) {
        match camera_move {
            CameraMove::Turn(yaw_rad, pitch_rad) => {
                self.round_rad_per_sec = 0.0;
                self.goal = self.goal.turned(yaw_rad, pitch_rad);
            }
            CameraMove::Pan(right, up) => {
                self.follow = false;
                self.goal = self.goal.panned(right, up);
            }
            CameraMove::Zoom(factor) => self.goal = self.goal.zoomed(factor),
            CameraMove::LookFrom(angle) => self.look_from(angle),
            CameraMove::Follow(follow) => self.follow = follow,
            CameraMove::GoRound(rate) => self.round_rad_per_sec = if rate.is_finite() { rate } else { 0.0 },
        }
    }

    /// How far the camera will be from what it looks at, metres.
    pub(super) fn distance_m(&self) -> f32 {
        self.goal.fitted(self.free_size.y).distance_m
    }

    /// Takes in characters side by side, or goes back to where it was before.
    fn take_in(&mut self, comparison: Option<ComparisonRoom>, aspect: f32) {
        let Some(room) = comparison else {
            if let Some(before) = self.before.take() {
                self.goal = before.around(self.goal.target_m);
            }
            return;
        };
        if self.before.is_none() {
            self.before = Some(self.goal);
            let turns = (self.goal.yaw_rad / std::f32::consts::TAU).round() * std::f32::consts::TAU;
            let target_m = self.goal.target_m.with_y(TARGET_HEIGHT_M);
            self.goal = Orbit { yaw_rad: turns, pitch_rad: ABREAST_PITCH_RAD, target_m, ..self.goal };
            self.follow = true;
        }
        let (sin, cos) = self.goal.yaw_rad.sin_cos();
        let across_m = room.half_width_m * cos.abs() + room.half_depth_m * sin.abs() + BODY_HALF_WIDTH_M;
        let towards_m = room.half_width_m * sin.abs() + room.half_depth_m * cos.abs();
        let half_picture = (FIELD_OF_VIEW_RAD / 2.0).tan() * aspect * self.free_size.x.clamp(0.3, 1.0);
        // `fitted` puts it farther away again.
        let by_width_m = (across_m / half_picture + towards_m) * self.free_size.y.clamp(0.3, 1.0).sqrt();
        let usual_m = Orbit::new(ViewAngle::Front).distance_m + towards_m;
        self.goal = Orbit { distance_m: by_width_m.max(usual_m), ..self.goal }.zoomed(1.0);
    }

    fn look_from(&mut self, angle: ViewAngle) {
        let turns = (self.goal.yaw_rad / std::f32::consts::TAU).round() * std::f32::consts::TAU;
        let view = Orbit::new(angle).around(self.goal.target_m);
        self.goal = Orbit { yaw_rad: view.yaw_rad + turns, distance_m: self.goal.distance_m, ..view };
    }
}

/// Marks the stage's camera.
#[derive(Component)]
pub(super) struct StageCamera;

pub(super) struct CameraPlugin;

impl Plugin for CameraPlugin {
    fn build(&self, app: &mut App) {
        if !app.world().contains_resource::<CameraRig>() {
            app.insert_resource(CameraRig::new(ViewAngle::default()));
        }
        app.init_resource::<OnScreen>()
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, (refine_edges, move_camera.after(Posing).before(TransformSystems::Propagate)))
            .add_systems(PostUpdate, locate.after(TransformSystems::Propagate).after(CameraUpdateSystems));
    }
}

fn spawn(mut commands: Commands<'_, '_>) {
    commands.spawn((
        StageCamera,
        Camera3d::default(),
        Projection::Perspective(PerspectiveProjection { fov: FIELD_OF_VIEW_RAD, far: 300.0, ..default() }),
        // The stage's shaders give final colours.
        Tonemapping::None,
        DebandDither::Disabled,
        Msaa::Off,
        ShadowFilteringMethod::Hardware2x2,
    ));
}

fn refine_edges(quality: Res<'_, StageQuality>, camera: Single<'_, '_, (&mut Msaa, &mut ShadowFilteringMethod), With<StageCamera>>) {
    if !quality.is_changed() {
        return;
    }
    let (mut samples, mut shadow_edges) = camera.into_inner();
    *samples = if quality.smooth_edges { Msaa::Sample4 } else { Msaa::Off };
    *shadow_edges = match quality.shadows {
        Shadows::Off | Shadows::Small => ShadowFilteringMethod::Hardware2x2,
        Shadows::Large => ShadowFilteringMethod::Gaussian,
    };
}

fn move_camera(
    mut rig: ResMut<'_, CameraRig>,
    shown: Res<'_, OnStage>,
    standing: Res<'_, Standing>,
    time: Res<'_, Time>,
    camera: Single<'_, '_, (&mut Transform, &Projection), With<StageCamera>>,
) {
    let (mut transform, projection) = camera.into_inner();
    let aspect = if let Projection::Perspective(lens) = projection { lens.aspect_ratio } else { 1.0 };
    if rig.comparison != shown.comparison {
        rig.comparison = shown.comparison;
        rig.take_in(shown.comparison, aspect);
    }
    if rig.follow {
        rig.goal = rig.goal.around(standing.middle_m());
    }
    rig.goal.yaw_rad += rig.round_rad_per_sec * time.delta_secs();
    let t = if rig.instant { 1.0 } else { 1.0 - (-time.delta_secs() / SETTLE_SECS).exp() };
    rig.shown = rig.shown.towards(rig.goal, t);
    *transform = rig.shown.fitted(rig.free_size.y).panned_view(rig.free_center, aspect);
}

/// A character's place in the picture, as shares of its width and height from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScreenBox {
    /// Upper left.
    pub least: Vec2,
    /// Lower right.
    pub most: Vec2,
}

/// Where things are in the picture.
#[derive(Resource, Clone, Debug, Default)]
pub struct OnScreen {
    /// The solid characters, in their order; only while they are side by side.
    pub figures: Vec<ScreenBox>,
    /// How the camera sees the world.
    pub projection: view::Projection,
}

fn locate(
    shown: Res<'_, OnStage>,
    standing: Res<'_, Standing>,
    camera: Single<'_, '_, (&Camera, &GlobalTransform), With<StageCamera>>,
    mut on_screen: ResMut<'_, OnScreen>,
) {
    let (camera, transform) = camera.into_inner();
    on_screen.projection = view::Projection::new(camera.clip_from_view() * transform.to_matrix().inverse());
    on_screen.figures.clear();
    if shown.comparison.is_none() {
        return;
    }
    on_screen.figures.extend(standing.solid().map(|world| {
        let (mut least, mut most) = (Vec2::INFINITY, Vec2::NEG_INFINITY);
        for joint_m in world.positions_m {
            let Some(at) = camera.world_to_ndc(transform, joint_m).filter(|at| at.z > 0.0) else { continue };
            let share = Vec2::new(0.5 + 0.5 * at.x, 0.5 - 0.5 * at.y);
            (least, most) = (least.min(share), most.max(share));
        }
        ScreenBox { least, most }
    }));
}

impl Orbit {
    /// Farther away where panels leave less height: what fitted into the whole picture nearly fits into that part.
    fn fitted(self, free_height: f32) -> Self {
        Self { distance_m: self.distance_m / free_height.clamp(0.3, 1.0).sqrt(), ..self }
    }

    /// The camera moved sideways so that the target appears at `center` of the picture.
    fn panned_view(&self, center: Vec2, aspect: f32) -> Transform {
        let mut transform = self.transform();
        let height_m = self.picture_height_m();
        transform.translation -= transform.rotation * Vec3::new(center.x * height_m * aspect, center.y * height_m, 0.0);
        transform
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_view_looks_the_character_in_the_face() {
        let transform = Orbit::new(ViewAngle::Front).transform();
        assert!(transform.translation.z > 4.0 && transform.translation.x.abs() < 1e-5);
    }

    #[test]
    fn the_side_view_is_from_the_characters_left() {
        assert!(Orbit::new(ViewAngle::Side).transform().translation.x > 4.0);
    }

    #[test]
    fn turning_never_goes_under_the_floor_nor_over_the_top() {
        for turn in [-9.0, 9.0] {
            let transform = Orbit::new(ViewAngle::ThreeQuarter).turned(0.3, turn).transform();
            assert!(transform.translation.y > 0.5 && transform.is_finite());
        }
    }

    #[test]
    fn panning_right_moves_the_target_to_the_cameras_right() {
        let orbit = Orbit::new(ViewAngle::Front);
        assert!(orbit.panned(0.5, 0.0).target_m.x > 0.5);
        assert!((orbit.panned(0.5, 0.0).target_m.y - orbit.target_m.y).abs() < 1e-5);
    }

    #[test]
    fn zooming_keeps_within_bounds() {
        let orbit = Orbit::new(ViewAngle::Front);
        assert_eq!(orbit.zoomed(1e-6).distance_m, DISTANCE_RANGE_M.0);
        assert_eq!(orbit.zoomed(1e6).distance_m, DISTANCE_RANGE_M.1);
    }

    #[test]
    fn a_row_is_seen_from_the_front_and_left_as_it_was_found() {
        let mut rig = CameraRig::new(ViewAngle::Side);
        let room = ComparisonRoom { half_width_m: 4.0, half_depth_m: 1.0 };
        rig.take_in(Some(room), 16.0 / 9.0);
        assert!(rig.goal.yaw_rad.abs() < 1e-5 && rig.goal.distance_m > 6.0, "{:?}", rig.goal);
        // The outermost body is in the picture, also when it comes nearer.
        let half_picture_m = (rig.goal.distance_m - room.half_depth_m) * (FIELD_OF_VIEW_RAD / 2.0).tan() * 16.0 / 9.0;
        assert!(half_picture_m >= room.half_width_m + BODY_HALF_WIDTH_M - 1e-4);
        rig.take_in(Some(ComparisonRoom { half_width_m: 8.0, ..room }), 16.0 / 9.0);
        rig.take_in(None, 16.0 / 9.0);
        assert_eq!(rig.goal, Orbit::new(ViewAngle::Side));
    }

    #[test]
    fn a_target_right_of_the_middle_moves_the_camera_left() {
        let orbit = Orbit::new(ViewAngle::Front);
        let moved = orbit.panned_view(Vec2::new(0.1, 0.0), 1.6);
        assert!(moved.translation.x < orbit.transform().translation.x);
    }
}
