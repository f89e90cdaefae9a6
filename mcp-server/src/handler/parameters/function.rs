//! Functions and closures as handlers.

use futures::future::BoxFuture;

use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::parameters::argument::Argument;
use crate::handler::parameters::call_arguments::{CallArguments, Parameter};
use crate::handler::parameters::parameter_spec::ParameterSpec;

/// An asynchronous function or closure with up to eight parameters.
///
/// The compiler infers `Kinds` and `Parameters`.
pub trait Function<Kinds, Parameters>: Send + Sync + 'static {
    /// Return type of the function.
    type Output: Send + 'static;

    /// Extracts the parameters, and calls the function.
    ///
    /// # Errors
    ///
    /// Returns an error if a parameter cannot be extracted.
    fn start(&self, arguments: CallArguments<'_>) -> Result<BoxFuture<'static, Self::Output>, Failure>;

    /// Declares the parameters. Without names, each argument is a struct whose fields are the arguments.
    #[doc(hidden)]
    fn declare(names: Option<&[&'static str]>) -> Result<Vec<ParameterSpec>, String>;
}

/// Returns the code of a handler that calls a function, and converts its output.
pub(crate) fn handler_of<F, K, P, R>(
    function: F,
    into_result: fn(F::Output) -> Result<R, Failure>,
) -> impl Fn(CallArguments<'_>) -> Result<Execution<R>, Failure> + Send + Sync + 'static
where
    F: Function<K, P>,
    R: 'static,
{
    move |arguments| {
        let output = function.start(arguments)?;
        Ok(Execution::future(async move { into_result(output.await) }))
    }
}

/// The names of a function's arguments that are left; `None` if each argument is a struct whose fields are arguments.
struct Names<'a>(Option<&'a [&'static str]>);

impl Names<'_> {
    /// Returns the settings of the next parameter. An extractor has no name.
    fn next(&mut self, is_argument: bool) -> Result<Argument, String> {
        if !is_argument {
            return Ok(Argument::new(""));
        }
        let Some(names) = &mut self.0 else { return Ok(Argument::new("").flatten()) };
        let name = names.split_off_first().copied();
        name.map(Argument::new)
            .ok_or_else(|| "every argument must have a name: there are fewer names than arguments".to_owned())
    }

    /// Checks that no name is left.
    fn end(&self) -> Result<(), String> {
        match self.0.and_then(<[_]>::first) {
            Some(name) => Err(format!("there is no argument for the name `{name}`: remove the name")),
            None => Ok(()),
        }
    }
}

macro_rules! functions {
    ($($kind:ident $parameter:ident $value:ident $index:literal),*) => {
        impl<F, R, $($kind, $parameter),*> Function<($($kind,)*), ($($parameter,)*)> for F
        where
            F: Fn($($parameter),*) -> R + Send + Sync + 'static,
            R: Future<Output: Send + 'static> + Send + 'static,
            $($parameter: Parameter<$kind>,)*
        {
            type Output = R::Output;

            fn start(&self, arguments: CallArguments<'_>) -> Result<BoxFuture<'static, R::Output>, Failure> {
                #[allow(unused_mut, reason = "a function without parameters extracts nothing")]
                let mut arguments = arguments;
                $(let $value = arguments.extract::<$parameter, $kind>($index);)*
                arguments.check()?;
                Ok(Box::pin(self($($value.value()),*)))
            }

            fn declare(names: Option<&[&'static str]>) -> Result<Vec<ParameterSpec>, String> {
                #[allow(unused_mut, reason = "a function without parameters needs no names")]
                let mut names = Names(names);
                let specs = vec![$({
                    let argument = names.next($parameter::schema().is_some())?;
                    ParameterSpec::of::<$parameter, $kind>(argument)?
                }),*];
                names.end().map(|()| specs)
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
