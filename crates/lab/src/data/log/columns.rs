//! Columns of a batch whose schema has been checked, by name.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, ListArray, PrimitiveArray, StringArray,
};

use melody_core::input::Problem;

/// The columns of a table, which is a batch or a list's items.
pub(super) struct Columns<'a> {
    pub file: &'a str,
    /// What comes before a column's name in messages.
    pub path: &'a str,
    pub names: Vec<&'a str>,
    pub arrays: &'a [ArrayRef],
}

impl<'a> Columns<'a> {
    fn problem(&self, name: &str, message: impl Into<String>) -> Problem {
        Problem::new(self.file, message).field(format!("{}{name}", self.path))
    }

    fn array(&self, name: &str) -> Result<&'a ArrayRef, Problem> {
        let place = self.names.iter().position(|n| *n == name);
        place.map(|i| &self.arrays[i]).ok_or_else(|| self.problem(name, "the column is missing"))
    }

    /// A column as what the schema says it is, without a null in it.
    fn whole<A>(
        &self,
        name: &str,
        cast: impl Fn(&'a ArrayRef) -> Option<&'a A>,
    ) -> Result<&'a A, Problem>
    where
        A: Array + 'a,
    {
        let array = self.array(name)?;
        self.none_null(name, array.as_ref())?;
        cast(array).ok_or_else(|| self.problem(name, "has another type than its schema says"))
    }

    fn none_null(&self, name: &str, array: &dyn Array) -> Result<(), Problem> {
        match (0..array.len()).find(|&i| array.is_null(i)) {
            None => Ok(()),
            Some(i) => Err(self.problem(name, format!("entry {i} is null; a value is needed"))),
        }
    }

    pub(super) fn numbers<T: ArrowPrimitiveType>(
        &self,
        name: &str,
    ) -> Result<&'a [T::Native], Problem> {
        self.whole(name, |a| a.as_primitive_opt::<T>()).map(|a| &a.values()[..])
    }

    /// Numbers that may be null.
    pub(super) fn some_numbers<T: ArrowPrimitiveType>(
        &self,
        name: &str,
    ) -> Result<&'a PrimitiveArray<T>, Problem> {
        let array = self.array(name)?.as_primitive_opt::<T>();
        array.ok_or_else(|| self.problem(name, "has another type than its schema says"))
    }

    pub(super) fn flags(&self, name: &str) -> Result<&'a BooleanArray, Problem> {
        self.whole(name, |a| a.as_boolean_opt())
    }

    /// Flags that may be null.
    pub(super) fn some_flags(&self, name: &str) -> Result<&'a BooleanArray, Problem> {
        let array = self.array(name)?.as_boolean_opt();
        array.ok_or_else(|| self.problem(name, "has another type than its schema says"))
    }

    pub(super) fn texts(&self, name: &str) -> Result<&'a StringArray, Problem> {
        self.whole(name, |a| a.as_string_opt::<i32>())
    }

    pub(super) fn lists(&self, name: &str) -> Result<&'a ListArray, Problem> {
        self.whole(name, |a| a.as_list_opt::<i32>())
    }

    /// Texts out of few, each different one looked up once.
    pub(super) fn words<T: Copy>(
        &self,
        name: &str,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<Words<'a, T>, Problem> {
        let array = self.whole(name, |a| a.as_dictionary_opt::<Int32Type>())?;
        let texts = array.values().as_string_opt::<i32>();
        let texts = texts.ok_or_else(|| self.problem(name, "is no dictionary of texts"))?;
        self.none_null(name, texts)?;
        let found = texts.iter().flatten().map(|text| find(text).ok_or(text)).collect();
        Ok(Words { keys: array.keys().values(), found })
    }
}

/// A dictionary column with its meaning.
pub(super) struct Words<'a, T> {
    keys: &'a [i32],
    found: Vec<Result<T, &'a str>>,
}

impl<'a, T: Copy> Words<'a, T> {
    /// The meaning of an entry, or the text that has none.
    pub(super) fn at(&self, i: usize) -> Result<T, &'a str> {
        let key = usize::try_from(self.keys[i]).unwrap_or(usize::MAX);
        self.found.get(key).copied().unwrap_or(Err("(no entry of the dictionary)"))
    }
}
