#pragma warning disable IDE0130, MA0048 // The compiler looks for this type here.
namespace System.Runtime.CompilerServices;

/// <summary>Lets records compile for the old library that compilers load.</summary>
internal static class IsExternalInit;
