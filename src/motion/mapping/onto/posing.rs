//! A rig on its way into one of our poses: its joints by what drives them, and what that is in its own terms.

use crate::motion::ik;
use crate::motion::mapping::fit::{Driver, Fit};
use crate::motion::mapping::skin::Region;
use crate::motion::mapping::spine::ours_at;
use crate::motion::mapping::twist;
use crate::motion::rig::{Rig, RigPose, RigWorld};
use crate::motion::skeleton::{Joint, REST_OFFSETS_M};
use crate::motion::supports::Surface;
use crate::motion::{Pose, WorldPose};
use glam::{Quat, Vec3};

/// How far flesh gives where it lies on the floor, and soles.
const GIVES_M: f32 = 0.01;

/// A rig on its way into one of our poses.
pub(super) struct Posing<'a> {
    pub(super) fit: &'a Fit,
    pub(super) rig: &'a Rig,
    pub(super) ours: &'a WorldPose,
    /// How high the lowest of the body may be: a little in the floor, or as deep in it as ours is; metres.
    pub(super) floor_m: f32,
    /// How far the body is from where ours is, metres, beyond the height of its ankles.
    pub(super) moved_m: Vec3,
    /// Of the driven joints, in the order of [`Fit::body`]; the others follow.
    pub(super) rotations: Vec<Quat>,
    /// Of the joints of [`Fit::body`] alone.
    pub(super) world: RigWorld,
}

impl<'a> Posing<'a> {
    /// Every bone of the body in our direction.
    pub(super) fn new(fit: &'a Fit, rig: &'a Rig, ours: &'a WorldPose) -> Self {
        let world = RigWorld { positions: vec![Vec3::ZERO; rig.len()], rotations: vec![Quat::IDENTITY; rig.len()] };
        let floor_m = Surface::of(ours).lowest().1.min(0.0) - GIVES_M;
        let mut posing = Self { fit, rig, ours, floor_m, moved_m: Vec3::ZERO, rotations: driven_rotations(fit, ours, rig.len()), world };
        posing.follow();
        posing
    }

    /// Puts every joint of the body where the driven ones take it.
    pub(super) fn follow(&mut self) {
        for &(joint, driver) in &self.fit.body {
            let above = self.rig.parents()[joint].map(|parent| (self.world.positions[parent], self.world.rotations[parent]));
            let (from, turn) = above.unwrap_or((Vec3::ZERO, Quat::IDENTITY));
            self.world.positions[joint] = from + turn * self.rig.rest_translations()[joint];
            self.world.rotations[joint] = match driver {
                Driver::Parent(local) => (turn * local).normalize(),
                Driver::Ground => turn * self.rig.rest_rotations()[joint],
                Driver::Joint(_) | Driver::Spine(_) | Driver::Neck(..) => self.rotations[joint],
            };
            if driver == Driver::Ground {
                self.put_on_ground(joint);
            }
            if driver == Driver::Joint(Joint::Pelvis as usize) {
                self.world.positions[joint] = self.pelvis(joint);
            }
        }
    }

    /// Bends a limb about a hinge until its end is in a place of ours.
    pub(super) fn reach(&mut self, limb: [usize; 3], hinge: Vec3, target_m: Vec3) {
        let [root_m, middle_m, end_m] = limb.map(|joint| self.ours_m(joint));
        let turns = ik::reach_bending(root_m, [middle_m - root_m, end_m - middle_m], hinge, target_m);
        for (joint, turn) in limb.into_iter().zip(turns) {
            self.turn(joint, turn);
        }
    }

    /// The ground bone goes below our pelvis and turns as it does about the vertical, which a fall or a somersault leaves alone.
    fn put_on_ground(&mut self, joint: usize) {
        let rig_from_ours = self.fit.ours_from_rig_world.inverse();
        let pelvis = self.ours.rotations[0];
        let turn = Quat::from_xyzw(0.0, pelvis.y, 0.0, pelvis.w + 1e-6).normalize();
        let turn = rig_from_ours * turn * self.fit.ours_from_rig_world;
        let below = rig_from_ours * self.ours.positions_m[0].with_y(0.0) / self.fit.scale;
        self.world.positions[joint] = below + turn * self.world.positions[joint];
        self.world.rotations[joint] = turn * self.world.rotations[joint];
    }

    /// Where the pelvis is so that the middle of the hips is where ours is.
    fn pelvis(&self, joint: usize) -> Vec3 {
        let our_middle_m = 0.5 * (REST_OFFSETS_M[Joint::LHip as usize] + REST_OFFSETS_M[Joint::RHip as usize]);
        let moved_m = self.moved_m + self.fit.lift_m * Vec3::Y;
        let middle_m = self.ours.positions_m[0] + self.ours.rotations[0] * our_middle_m + moved_m;
        self.fit.ours_from_rig_world.inverse() * middle_m / self.fit.scale - self.rotations[joint] * self.fit.hips_from_pelvis
    }

    /// The joint of the rig that our motion of a part drives; a chest that looks for a missing neck is none.
    pub(super) fn driven(&self, joint: Joint) -> Option<usize> {
        self.fit.driven[joint as usize]
    }

    /// A joint of the rig in our world, metres.
    pub(super) fn ours_m(&self, joint: usize) -> Vec3 {
        self.fit.ours_from_rig_world * self.world.positions[joint] * self.fit.scale
    }

    /// The lowest place of some regions in our world, metres; `None` where nothing of them is below a height.
    pub(super) fn lowest_m(&self, below_m: f32, regions: impl Fn(Region) -> bool) -> Option<Vec3> {
        let up = self.fit.ours_from_rig_world.inverse() * Vec3::Y;
        let below = below_m / self.fit.scale;
        let mut lowest: Option<(f32, usize, Vec3)> = None;
        for hull in self.fit.hulls.iter().filter(|hull| regions(hull.region)) {
            let height = up.dot(self.world.positions[hull.joint]);
            if height - hull.reach > lowest.map_or(below, |lowest| lowest.0) {
                continue;
            }
            let (place, under) = hull.lowest(self.world.rotations[hull.joint].inverse() * up);
            if height + under < lowest.map_or(below, |lowest| lowest.0) {
                lowest = Some((height + under, hull.joint, place));
            }
        }
        lowest.map(|(height, joint, place)| {
            let at = self.world.positions[joint] + self.world.rotations[joint] * place;
            (self.fit.ours_from_rig_world * at * self.fit.scale).with_y(height * self.fit.scale)
        })
    }

    /// Turns a driven joint in our world.
    pub(super) fn turn(&mut self, joint: usize, turn: Quat) {
        let ours_from_rig = self.fit.ours_from_rig_world;
        self.rotations[joint] = (ours_from_rig.inverse() * turn * ours_from_rig * self.rotations[joint]).normalize();
    }

    /// Brings the twist of the limbs into the twist joints that carry them.
    pub(super) fn twist(&mut self, pose: &Pose) {
        for twist in self.fit.twists.iter().filter(|twist| twist.carries) {
            let turn = self.twisted(twist, pose);
            self.world.rotations[twist.joint] = (turn * self.world.rotations[twist.joint]).normalize();
        }
    }

    /// What a twist joint does in the rig's world beyond following its bone.
    fn twisted(&self, twist: &twist::Twist, pose: &Pose) -> Quat {
        let (from, to, _) = twist::BONES[twist.bone];
        let (Some(from), Some(to)) = (self.driven(from), self.driven(to)) else { return Quat::IDENTITY };
        let angle = twist::angle(twist.bone, &pose.local) - self.fit.twists_rad[twist.bone];
        let axis = (self.world.positions[to] - self.world.positions[from]).normalize_or(Vec3::Y);
        Quat::from_axis_angle(axis, twist.share * angle)
    }

    /// The pose, parent-relative. Only the ground bone and the pelvis leave their places.
    pub(super) fn local(&self, pose: &Pose) -> RigPose {
        let mut on_rig = self.rig.rest();
        for &(joint, driver) in &self.fit.body {
            let parent = self.rig.parents()[joint];
            let parent_from_world = parent.map_or(Quat::IDENTITY, |parent| self.world.rotations[parent].inverse());
            on_rig.rotations[joint] = (parent_from_world * self.world.rotations[joint]).normalize();
            if matches!(driver, Driver::Ground | Driver::Joint(0)) {
                let from = parent.map_or(Vec3::ZERO, |parent| self.world.positions[parent]);
                on_rig.translations[joint] = parent_from_world * (self.world.positions[joint] - from);
            }
        }
        for twist in self.fit.twists.iter().filter(|twist| !twist.carries) {
            let Some(parent) = self.rig.parents()[twist.joint] else { continue };
            let world = self.world.rotations[parent];
            let turn = world.inverse() * self.twisted(twist, pose) * world;
            on_rig.rotations[twist.joint] = (turn * on_rig.rotations[twist.joint]).normalize();
        }
        for (joint, rotation) in &self.fit.fingers {
            on_rig.rotations[*joint] = *rotation;
        }
        on_rig
    }
}

/// `world_from_joint` of the driven joints, in the rig's world; anything of the others.
fn driven_rotations(fit: &Fit, ours: &WorldPose, joints: usize) -> Vec<Quat> {
    let rig_from_ours_world = fit.ours_from_rig_world.inverse();
    let mut rotations = vec![Quat::IDENTITY; joints];
    for (joint, driver) in &fit.body {
        let (ours, rig_from_ours) = match *driver {
            Driver::Joint(part) => (ours.rotations[part], fit.rig_joint_from_ours[part]),
            Driver::Spine(place) => (ours_at(ours, fit.spine[place].share), fit.spine[place].from_ours),
            Driver::Neck(share, from_ours) => {
                let [neck, head] = [Joint::Neck, Joint::Head].map(|joint| ours.rotations[joint as usize]);
                (neck.slerp(head, share), from_ours)
            }
            Driver::Ground | Driver::Parent(_) => continue,
        };
        rotations[*joint] = (rig_from_ours_world * ours * rig_from_ours.inverse()).normalize();
    }
    rotations
}
