//! pgvector's type as a parameter: its binary form is two 16-bit integers (dimensions, zero), then the elements.

use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use std::error::Error;

/// A parameter of type `vector`.
#[derive(Debug)]
pub struct Vector<'a>(pub &'a [f32]);

impl ToSql for Vector<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&u16::try_from(self.0.len())?.to_be_bytes());
        out.extend_from_slice(&[0; 2]);
        self.0.iter().for_each(|x| out.extend_from_slice(&x.to_be_bytes()));
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        ty.name() == "vector"
    }

    to_sql_checked!();
}

/// The form that pgvector reads from text.
pub fn as_text(vector: &[f32]) -> String {
    let elements: Vec<String> = vector.iter().map(f32::to_string).collect();
    format!("[{}]", elements.join(","))
}
