// Package pickle writes and reads one kind of Python pickle: a dictionary of NumPy
// arrays by name, as pickle.dump({'W1': array, …}) makes it.
//
// A pickle is a program for a stack machine, and Python's runs whatever it says: it may
// call any function there is. This package's machine knows the instructions that a
// dictionary of arrays takes in any protocol, 0 to 5, by Python 2's pickle and cPickle
// or Python 3's, and five names:
//
//	numpy.core.multiarray._reconstruct   (also numpy._core.multiarray) an array, empty until its state is set
//	numpy.core.numeric._frombuffer       (also numpy._core.numeric) an array of protocol 5
//	numpy.ndarray, numpy.dtype           as their arguments, and the type of the elements
//	_codecs.encode                       the bytes of a text, to which protocols 0 to 2 of Python 3 resort
//
// These are not called but understood: what they would make is made here. Any other
// instruction or name is an error that says what was asked for, and where.
//
// The instructions and their arguments are those of Lib/pickletools.py.
package pickle
