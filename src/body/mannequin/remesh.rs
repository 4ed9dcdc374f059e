//! Even triangles: isotropic remeshing with a size per place (Botsch and Kobbelt, *A Remeshing Approach to Multiresolution
//! Modeling*, 2004): split long edges, collapse short ones, flip towards valence six, relax along the surface, project.
//!
//! Rails are planes whose cut with the surface stays a chain of edges: the plane of symmetry, where the half mesh ends, and the
//! joint lines.

use super::surface_nets::Net;
use glam::Vec3;

/// A plane through `point`; it acts within `radius_m` of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rail {
    pub(super) point: Vec3,
    pub(super) normal: Vec3,
    pub(super) radius_m: f32,
}

impl Rail {
    /// Signed distance of a point within reach of the rail.
    pub(super) fn offset(&self, p: Vec3) -> Option<f32> {
        (p.distance_squared(self.point) < self.radius_m * self.radius_m).then(|| self.normal.dot(p - self.point))
    }
}

/// What the mesh follows.
pub(super) struct Guide<'a> {
    /// The implicit surface.
    pub(super) field: &'a dyn Fn(Vec3) -> f32,
    /// Its gradient.
    pub(super) gradient: &'a dyn Fn(Vec3) -> Vec3,
    /// Wanted edge length at a place, metres.
    pub(super) edge_m: &'a dyn Fn(Vec3) -> f32,
    /// Rail 0 is the plane of symmetry; at most 64.
    pub(super) rails: &'a [Rail],
}

/// Remeshes `net` along `guide`.
pub(super) fn remesh(net: Net, guide: &Guide<'_>, rounds: usize) -> Net {
    let mut surface = Surface::new(net);
    for (bit, rail) in guide.rails.iter().enumerate() {
        surface.lay_rail(bit, rail);
    }
    for _ in 0..rounds {
        surface.split_long(guide);
        surface.collapse_short(guide);
        surface.flip_to_even_valence();
        for _ in 0..3 {
            surface.relax(guide);
        }
    }
    surface.into_net()
}

/// A mesh that can be edited: dead vertices and triangles stay in place until the end.
struct Surface {
    positions_m: Vec<Vec3>,
    /// Bit `i` set: the vertex lies on rail `i`.
    rails: Vec<u64>,
    triangles: Vec<Option<[u32; 3]>>,
    /// Triangles around each vertex, in no order.
    fans: Vec<Vec<u32>>,
}

impl Surface {
    fn new(net: Net) -> Self {
        let mut fans = vec![Vec::new(); net.positions_m.len()];
        for (t, triangle) in net.triangles.iter().enumerate() {
            for &v in triangle {
                fans[v as usize].push(t as u32);
            }
        }
        let rails = vec![0; net.positions_m.len()];
        Self { positions_m: net.positions_m, rails, triangles: net.triangles.into_iter().map(Some).collect(), fans }
    }

    fn into_net(self) -> Net {
        let mut renamed = vec![u32::MAX; self.positions_m.len()];
        let mut net = Net { positions_m: Vec::new(), triangles: Vec::new() };
        for triangle in self.triangles.iter().flatten() {
            for &v in triangle {
                if renamed[v as usize] == u32::MAX {
                    renamed[v as usize] = net.positions_m.len() as u32;
                    net.positions_m.push(self.positions_m[v as usize]);
                }
            }
            net.triangles.push(triangle.map(|v| renamed[v as usize]));
        }
        net
    }

    fn at(&self, v: u32) -> Vec3 {
        self.positions_m[v as usize]
    }

    fn fan(&self, v: u32) -> impl Iterator<Item = (u32, [u32; 3])> + '_ {
        self.fans[v as usize].iter().map(|&t| (t, self.triangles[t as usize].expect("fans hold live triangles")))
    }

    /// Vertices that share an edge with `v`, each once, in rising order.
    fn neighbours(&self, v: u32) -> Vec<u32> {
        let mut around: Vec<u32> = self.fan(v).flat_map(|(_, t)| t).filter(|&w| w != v).collect();
        around.sort_unstable();
        around.dedup();
        around
    }

    /// Whether all corners lie on one rail, so that the triangle has no area.
    fn is_flat(&self, triangle: [u32; 3]) -> bool {
        triangle.into_iter().fold(u64::MAX, |shared, v| shared & self.rails[v as usize]) != 0
    }

    /// Live triangles that hold both ends of an edge, with the corner opposite to it.
    fn wings(&self, a: u32, b: u32) -> Vec<(u32, u32)> {
        self.fan(a)
            .filter(|(_, t)| t.contains(&b))
            .map(|(i, t)| (i, t.into_iter().find(|&v| v != a && v != b).expect("a triangle has three corners")))
            .collect()
    }

    /// All edges (a < b) at this moment.
    fn edges(&self) -> Vec<[u32; 2]> {
        let mut edges: Vec<[u32; 2]> =
            self.triangles.iter().flatten().flat_map(|&[a, b, c]| [[a, b], [b, c], [c, a]]).map(|[a, b]| [a.min(b), a.max(b)]).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Cuts all edges that cross a rail, so that the rail becomes a chain of edges.
    fn lay_rail(&mut self, bit: usize, rail: &Rail) {
        const SNAP: f32 = 0.2;
        let offset = |surface: &Self, v: u32| rail.offset(surface.at(v));
        for [a, b] in self.edges() {
            let (Some(da), Some(db)) = (offset(self, a), offset(self, b)) else { continue };
            if da * db > 0.0 {
                continue;
            }
            let t = if (da - db).abs() < 1e-9 { 0.0 } else { da / (da - db) };
            let on_rail = if t <= SNAP {
                a
            } else if t >= 1.0 - SNAP {
                b
            } else {
                continue;
            };
            // An end close to the rail moves onto it, if it is not held by another and flattens no triangle.
            let flattens = self.fan(on_rail).any(|(_, t)| t.iter().all(|&v| v == on_rail || self.rails[v as usize] & (1 << bit) != 0));
            if flattens {
                continue;
            }
            if self.rails[on_rail as usize] == 0 || offset(self, on_rail).is_some_and(|d| d.abs() < 1e-7) {
                let d = offset(self, on_rail).unwrap_or_default();
                self.positions_m[on_rail as usize] -= rail.normal * d;
                self.rails[on_rail as usize] |= 1 << bit;
            }
        }
        for [a, b] in self.edges() {
            let on = |surface: &Self, v: u32| surface.rails[v as usize] & (1 << bit) != 0;
            if on(self, a) || on(self, b) {
                continue;
            }
            let (Some(da), Some(db)) = (offset(self, a), offset(self, b)) else { continue };
            if da * db < 0.0 {
                let point = self.at(a).lerp(self.at(b), da / (da - db));
                let v = self.split(a, b, point);
                self.rails[v as usize] |= 1 << bit;
            }
        }
    }

    /// Puts a vertex on an edge; it inherits the rails that both ends share.
    fn split(&mut self, a: u32, b: u32, point: Vec3) -> u32 {
        let v = self.positions_m.len() as u32;
        self.positions_m.push(point);
        self.rails.push(self.rails[a as usize] & self.rails[b as usize]);
        self.fans.push(Vec::new());
        for (t, opposite) in self.wings(a, b) {
            let old = self.triangles[t as usize].expect("wings are live");
            let new = self.triangles.len() as u32;
            self.triangles[t as usize] = Some(old.map(|w| if w == b { v } else { w }));
            self.triangles.push(Some(old.map(|w| if w == a { v } else { w })));
            self.fans[b as usize].retain(|&i| i != t);
            self.fans[b as usize].push(new);
            self.fans[opposite as usize].push(new);
            self.fans[v as usize].extend([t, new]);
        }
        v
    }

    fn split_long(&mut self, guide: &Guide<'_>) {
        for [a, b] in self.edges() {
            let middle = 0.5 * (self.at(a) + self.at(b));
            if self.at(a).distance(self.at(b)) > 4.0 / 3.0 * (guide.edge_m)(middle) {
                let v = self.split(a, b, middle);
                self.positions_m[v as usize] = project(guide, self.rails[v as usize], middle);
            }
        }
    }

    fn collapse_short(&mut self, guide: &Guide<'_>) {
        for [a, b] in self.edges() {
            if self.fans[a as usize].is_empty() || self.fans[b as usize].is_empty() {
                continue;
            }
            let wanted = (guide.edge_m)(0.5 * (self.at(a) + self.at(b)));
            if self.at(a).distance(self.at(b)) >= 0.8 * wanted {
                continue;
            }
            // The vertex on more rails stays.
            let (ra, rb) = (self.rails[a as usize], self.rails[b as usize]);
            if ra & rb == rb {
                self.collapse(b, a, 4.0 / 3.0 * wanted);
            } else if ra & rb == ra {
                self.collapse(a, b, 4.0 / 3.0 * wanted);
            }
        }
    }

    /// Moves `gone` onto `kept` unless that would tear, fold or stretch the mesh.
    fn collapse(&mut self, gone: u32, kept: u32, longest_m: f32) {
        let wings = self.wings(gone, kept);
        if wings.is_empty() {
            return;
        }
        let is_rim = wings.len() == 1;
        // An inner edge between two vertices of the rim would pinch the half mesh.
        let both_on_mirror = self.rails[gone as usize] & self.rails[kept as usize] & 1 != 0;
        if both_on_mirror != is_rim {
            return;
        }
        let around_kept = self.neighbours(kept);
        let around_gone = self.neighbours(gone);
        let shared = around_gone.iter().filter(|v| around_kept.binary_search(v).is_ok()).count();
        if shared != wings.len() {
            return;
        }
        let target = self.at(kept);
        if around_gone.iter().any(|&v| v != kept && self.at(v).distance(target) > longest_m) {
            return;
        }
        for (_, triangle) in self.fan(gone) {
            if triangle.contains(&kept) {
                continue;
            }
            if self.is_flat(triangle.map(|v| if v == gone { kept } else { v })) {
                return;
            }
            let before = triangle.map(|v| self.at(v));
            let after = triangle.map(|v| if v == gone { target } else { self.at(v) });
            let (n0, n1) = (normal(before), normal(after));
            if n0.dot(n1) < 0.5 * n0.length() * n1.length() || n1.length() < 0.05 * longest_m * longest_m * 0.1 {
                return;
            }
        }
        for (t, opposite) in wings {
            self.triangles[t as usize] = None;
            for v in [gone, kept, opposite] {
                self.fans[v as usize].retain(|&i| i != t);
            }
        }
        for t in std::mem::take(&mut self.fans[gone as usize]) {
            let triangle = self.triangles[t as usize].as_mut().expect("fans hold live triangles");
            *triangle = triangle.map(|v| if v == gone { kept } else { v });
            self.fans[kept as usize].push(t);
        }
    }

    fn flip_to_even_valence(&mut self) {
        for [a, b] in self.edges() {
            if self.rails[a as usize] & self.rails[b as usize] != 0 {
                continue;
            }
            let wings = self.wings(a, b);
            let &[(t0, c), (t1, d)] = wings.as_slice() else { continue };
            if c == d || self.wings(c, d).len() + usize::from(self.neighbours(c).contains(&d)) > 0 {
                continue;
            }
            let excess = |v: u32, change: i32| {
                let wanted = if self.rails[v as usize] & 1 != 0 { 3 } else { 6 };
                (self.fans[v as usize].len() as i32 + change - wanted).pow(2)
            };
            let now = excess(a, 0) + excess(b, 0) + excess(c, 0) + excess(d, 0);
            let then = excess(a, -1) + excess(b, -1) + excess(c, 1) + excess(d, 1);
            if then >= now {
                continue;
            }
            // Keep the winding: in t0 the edge runs either a → b or b → a.
            let old = self.triangles[t0 as usize].expect("wings are live");
            let i = old.iter().position(|&v| v == a).expect("a is a corner");
            let (first, second) = if old[(i + 1) % 3] == b { ([c, a, d], [d, b, c]) } else { ([a, c, d], [b, d, c]) };
            let n_old = normal(old.map(|v| self.at(v))).normalize_or_zero()
                + normal(self.triangles[t1 as usize].expect("wings are live").map(|v| self.at(v))).normalize_or_zero();
            if self.is_flat(first) || self.is_flat(second) {
                continue;
            }
            let sane = [first, second].iter().all(|t| normal(t.map(|v| self.at(v))).normalize_or_zero().dot(n_old) > 1.0);
            if !sane {
                continue;
            }
            self.triangles[t0 as usize] = Some(first);
            self.triangles[t1 as usize] = Some(second);
            self.fans[b as usize].retain(|&t| t != t0);
            self.fans[a as usize].retain(|&t| t != t1);
            self.fans[d as usize].push(t0);
            self.fans[c as usize].push(t1);
        }
    }

    /// Moves every vertex towards the area-weighted middle of its neighbourhood, along the surface and its rails.
    fn relax(&mut self, guide: &Guide<'_>) {
        let moved: Vec<Vec3> = (0..self.positions_m.len() as u32)
            .map(|v| {
                let here = self.at(v);
                let rails = self.rails[v as usize];
                if self.fans[v as usize].is_empty() || rails.count_ones() > 1 {
                    return here;
                }
                let target = if rails == 0 { self.middle_of_fan(v) } else { self.middle_of_rail(v) };
                let n = (guide.gradient)(here).normalize_or_zero();
                let step = 0.6 * (target - here);
                project(guide, rails, here + step - n * n.dot(step))
            })
            .collect();
        self.positions_m = moved;
    }

    fn middle_of_fan(&self, v: u32) -> Vec3 {
        let (mut sum, mut weight) = (Vec3::ZERO, 0.0);
        for (_, triangle) in self.fan(v) {
            let corners = triangle.map(|v| self.at(v));
            let area = normal(corners).length();
            sum += area * (corners[0] + corners[1] + corners[2]) / 3.0;
            weight += area;
        }
        if weight > 0.0 { sum / weight } else { self.at(v) }
    }

    fn middle_of_rail(&self, v: u32) -> Vec3 {
        let rails = self.rails[v as usize];
        let along: Vec<u32> = self.neighbours(v).into_iter().filter(|&w| self.rails[w as usize] & rails != 0).collect();
        if along.len() == 2 { 0.5 * (self.at(along[0]) + self.at(along[1])) } else { self.at(v) }
    }
}

/// Twice the area times the unit normal.
fn normal([a, b, c]: [Vec3; 3]) -> Vec3 {
    (b - a).cross(c - a)
}

/// The point of the surface, and of the given rails, near `p`: a few Newton steps within the rails' planes.
fn project(guide: &Guide<'_>, rails: u64, mut p: Vec3) -> Vec3 {
    let held = || guide.rails.iter().enumerate().filter(move |(bit, _)| rails & (1 << bit) != 0).map(|(_, rail)| rail);
    for rail in held() {
        p -= rail.normal * rail.normal.dot(p - rail.point);
    }
    for _ in 0..4 {
        let value = (guide.field)(p);
        if value.abs() < 1e-6 {
            break;
        }
        let mut slope = (guide.gradient)(p);
        for rail in held() {
            slope -= rail.normal * rail.normal.dot(slope);
        }
        let step = slope * (value / slope.length_squared().max(0.05));
        p -= step.clamp_length_max(0.004);
    }
    p
}
