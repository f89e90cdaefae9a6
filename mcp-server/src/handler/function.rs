//! Functions and closures as handlers.

use futures::future::BoxFuture;

use crate::handler::argument::Argument;
use crate::handler::arguments::CallArguments;
use crate::handler::error::Failure;
use crate::handler::extract::Parameter;
use crate::handler::parameters::ParameterSpec;

/// An asynchronous function or closure of up to eight parameters.
///
/// The two types are found by the compiler.
pub trait Function<Kinds, Parameters>: Send + Sync + 'static {
    /// What the function returns.
    type Output: Send + 'static;

    /// Takes the parameters, and starts the function.
    ///
    /// # Errors
    ///
    /// What is wrong with the parameters.
    fn start(&self, input: CallArguments<'_>) -> Result<BoxFuture<'static, Self::Output>, Failure>;

    #[doc(hidden)]
    fn declare(names: &[&'static str]) -> Result<Vec<ParameterSpec>, String>;
}

macro_rules! functions {
    ($($kind:ident $parameter:ident $value:ident $place:literal),*) => {
        impl<F, R, $($kind, $parameter),*> Function<($($kind,)*), ($($parameter,)*)> for F
        where
            F: Fn($($parameter),*) -> R + Send + Sync + 'static,
            R: Future<Output: Send + 'static> + Send + 'static,
            $($parameter: Parameter<$kind>,)*
        {
            type Output = R::Output;

            fn start(&self, input: CallArguments<'_>) -> Result<BoxFuture<'static, R::Output>, Failure> {
                #[allow(unused_mut, reason = "a function without parameters takes nothing")]
                let mut input = input;
                $(let $value = input.take::<$parameter, $kind>($place);)*
                input.check()?;
                Ok(Box::pin(self($($value.value()),*)))
            }

            fn declare(names: &[&'static str]) -> Result<Vec<ParameterSpec>, String> {
                #[allow(unused_mut, reason = "a function without parameters needs no names")]
                let mut names = names.iter();
                let declared = vec![$({
                    let name = if $parameter::schema().is_some() { names.next() } else { Some(&"") };
                    let name = name.ok_or("there are fewer names than arguments")?;
                    ParameterSpec::of::<$parameter, $kind>(Argument::new(*name))?
                }),*];
                match names.next() {
                    Some(name) => Err(format!("there is no argument for the name `{name}`")),
                    None => Ok(declared),
                }
            }
        }
    };
}

functions!();

functions!(KA A a 0);

functions!(KA A a 0, KB B b 1);

functions!(KA A a 0, KB B b 1, KC C c 2);

functions!(KA A a 0, KB B b 1, KC C c 2, KD D d 3);

functions!(KA A a 0, KB B b 1, KC C c 2, KD D d 3, KE E e 4);

functions!(KA A a 0, KB B b 1, KC C c 2, KD D d 3, KE E e 4, KG G g 5);

functions!(KA A a 0, KB B b 1, KC C c 2, KD D d 3, KE E e 4, KG G g 5, KH H h 6);

functions!(KA A a 0, KB B b 1, KC C c 2, KD D d 3, KE E e 4, KG G g 5, KH H h 6, KI I i 7);
