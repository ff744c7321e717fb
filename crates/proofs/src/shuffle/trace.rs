//! What a proof's verification comes to on the way, for a trace: the commitments that follow from others,
//! and both sides of all nine equations (spec/04-shuffle.md §3 and §5, spec/09-audit.md §9.12).
//!
//! Verification has every equation on one side, under a weight; here each is computed as its page has it.

use psephos_core::generators::Generators;
use psephos_core::multiexp::multiexp_vartime;
use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_core::trace::{self, Kind};
use psephos_core::{Element, Scalar, group};

use super::list::{Question, evaluate};
use super::multiexp::{SENT_DIAGONALS, sent_powers};
use super::powers::{power_vartime, powers};
use super::product::expected_product;
use super::row_form::RowForm;
use super::shape::{FORCED_DIAGONAL, LONG_ROWS};
use super::statement::Statement;
use super::verify::Prepared;
use super::zero::{bilinear, diagonal_powers};

const ARGUMENT: &str = "shuffle";

/// Traces a proof whose challenges are drawn; `lists` are its input and its output.
pub(super) fn trace(statement: &Statement, mix: &Prepared, lists: [&dyn Rows; 2]) {
    let subject = statement.subject();
    let generators = Generators::derive(mix.shape.columns());
    let traced = Traced { subject: &subject, mix, generators };
    traced.product();
    traced.multiexp(lists);
}

struct Traced<'a> {
    subject: &'a str,
    mix: &'a Prepared,
    generators: Generators,
}

impl Traced<'_> {
    fn elements(&self, name: &str, elements: &[Element]) {
        trace::elements(self.subject, ARGUMENT, name, elements);
    }

    fn equation(&self, number: u8, left: &[Element], right: &[Element]) {
        trace::equation(self.subject, ARGUMENT, number, left, right);
    }

    /// §3, (1) to (5).
    fn product(&self) {
        let Prepared { shape, challenges, exponents, powers: committed, product, .. } = self.mix;
        let (x, y, z) = (&challenges.x, &challenges.product.y, &challenges.product.z);
        let value = expected_product(shape, x, &challenges.product);
        trace::value(self.subject, ARGUMENT, Kind::Computed, "product", value.as_bytes());
        let ones =
            self.generators.commit_vartime(&vec![Scalar::ONE; shape.columns()], &Scalar::ZERO);
        self.elements("ones", &[ones]);
        // c_d[r] = y·c_A[r] + c_B[r] − z·com(1, …, 1; 0)
        let rows: Vec<Element> =
            pairs(exponents, committed).map(|(a, b)| a * y + b - ones * z).collect();
        self.elements("product rows", &rows);

        let (Some(first), Some(inner)) = (rows.first(), rows.get(1..)) else { return };
        let mut left = vec![product.zero.left_blind];
        left.extend(inner);
        left.push(-ones);
        self.elements("hadamard left", &left);
        let mut partial = vec![*first];
        partial.extend(&product.partial);
        partial.push(product.columns);
        let steps = powers(&challenges.hadamard.x, 1, shape.matrix_rows() - 1);
        // c_V[j] = x_h^{j+1}·c_P[j], c_V[m−1] = Σ_{r=1}^{m−1} x_h^r·c_P[r]
        let mut right: Vec<Element> =
            pairs(partial.iter().take(steps.len()), &steps).map(|(p, x)| p * x).collect();
        right.push(pairs(partial.iter().skip(1), &steps).map(|(p, x)| p * x).sum());
        right.push(product.zero.right_blind);
        self.elements("hadamard right", &right);
        self.zero(&left, &right);
        self.single_value(&value);
    }

    /// §3.2, (1) to (3).
    fn zero(&self, left: &[Element], right: &[Element]) {
        let Prepared { shape, challenges, product, .. } = self.mix;
        let (m, x, zero) = (shape.matrix_rows(), &challenges.last.zero, &product.zero);
        let mut steps = powers(x, 0, m + 1);
        let sum = multiexp_vartime(&steps, left);
        self.equation(1, &[sum], &[self.generators.commit_vartime(&zero.left, &zero.left_opening)]);
        steps.reverse();
        let sum = multiexp_vartime(&steps, right);
        let stated = self.generators.commit_vartime(&zero.right, &zero.right_opening);
        self.equation(2, &[sum], &[stated]);
        let sum = multiexp_vartime(&diagonal_powers(x, m), &zero.diagonals);
        let claim = bilinear(&zero.left, &zero.right, &challenges.hadamard.y);
        let stated = self.generators.commit_vartime(&[claim], &zero.diagonal_opening);
        self.equation(3, &[sum], &[stated]);
    }

    /// §3.3, (4) and (5).
    fn single_value(&self, product: &Scalar) {
        let Prepared { challenges, product: argument, .. } = self.mix;
        let (x, single) = (&challenges.last.single_value, &argument.single_value);
        let sum = argument.columns * x + single.mask;
        let stated = self.generators.commit_vartime(&single.values, &single.values_opening);
        self.equation(4, &[sum], &[stated]);
        let sum = single.linear * x + single.constant;
        let steps = single.steps(x, product);
        let stated = self.generators.commit_vartime(&steps, &single.steps_opening);
        self.equation(5, &[sum], &[stated]);
    }

    /// §5, (6) to (9).
    fn multiexp(&self, [input, output]: [&dyn Rows; 2]) {
        let Prepared { shape, challenges, powers: committed, multiexp, .. } = self.mix;
        let x = &challenges.last.multiexp;
        // E[c][4] = Σ x^{i+1}·In_{i,c}, A before B in each column; nothing of a list that cannot be read.
        let forced = self.forms(input, |weights| RowForm::powers(challenges.x, weights));
        if let Some(forced) = &forced {
            self.elements("forced diagonals", forced);
        }

        let steps = powers(x, 1, LONG_ROWS);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let openings = pairs(multiexp.response.chunks(shape.columns()), &multiexp.openings);
        let pieces = pairs(&multiexp.blinds, committed.chunks(LONG_ROWS));
        for ((blind, rows), (response, opening)) in pairs(pieces, openings) {
            left.push(blind + multiexp_vartime(&steps, rows));
            right.push(self.generators.commit_vartime(response, opening));
        }
        self.equation(6, &left, &right);

        let sent = sent_powers(x);
        let masks = multiexp.masks.chunks(SENT_DIAGONALS);
        let left: Vec<Element> = masks.map(|masks| multiexp_vartime(&sent, masks)).collect();
        let right: Vec<Element> = pairs(&multiexp.mask_values, &multiexp.mask_openings)
            .map(|(value, opening)| self.generators.commit_vartime(&[*value], opening))
            .collect();
        self.equation(7, &left, &right);

        // Σ_ℓ x_m^{3−ℓ}·(response·O_{ℓ,c})
        let moved = self.forms(output, |weights| {
            let factors = powers(x, 0, LONG_ROWS).into_iter().rev();
            let factors = factors.map(|power| weights.iter().map(|w| w * power).collect());
            RowForm::response(*shape, multiexp.response.clone(), factors.collect())
        });
        if let (Some(forced), Some(moved)) = (forced, moved) {
            self.diagonals(&forced, &moved);
        }
    }

    /// (8) and (9), the sums over the lists being there, A before B in each column.
    fn diagonals(&self, forced: &[Element], moved: &[Element]) {
        let Prepared { challenges, multiexp, public_key, .. } = self.mix;
        let x = &challenges.last.multiexp;
        let (sent, step) = (sent_powers(x), power_vartime(x, FORCED_DIAGONAL as u64));
        for (number, component) in [(8, 0), (9, 1)] {
            let every_other = |elements: &[Element]| -> Vec<Element> {
                elements.iter().skip(component).step_by(2).copied().collect()
            };
            let columns = multiexp.diagonals.chunks(2 * SENT_DIAGONALS);
            let left: Vec<Element> = pairs(columns, every_other(forced))
                .map(|(sums, forced)| multiexp_vartime(&sent, &every_other(sums)) + forced * step)
                .collect();
            let responses = pairs(&multiexp.mask_values, &multiexp.factors);
            let right: Vec<Element> = pairs(responses, every_other(moved))
                .map(|((value, factor), moved)| match component {
                    0 => moved + group::mul_base(factor),
                    _ => moved + group::mul_base(value) + public_key * factor,
                })
                .collect();
            self.equation(number, &left, &right);
        }
    }

    /// One form for each element of a row, on the whole list; `None` where it cannot be read or holds what
    /// is no row of proper elements, which verification reports.
    fn forms(
        &self,
        list: &dyn Rows,
        form: impl Fn(Vec<Scalar>) -> RowForm,
    ) -> Option<Vec<Element>> {
        let entries = 2 * self.mix.shape.width();
        let forms: Vec<RowForm> = (0..entries)
            .map(|entry| {
                let unit = |at| if at == entry { Scalar::ONE } else { Scalar::ZERO };
                form((0..entries).map(unit).collect())
            })
            .collect();
        let groups = forms.iter().map(|form| vec![form]).collect();
        evaluate(&[Question { list, groups }], &|_| {}).pop()?.ok()?.ok()
    }
}
