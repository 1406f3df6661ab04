package pickle

import "fmt"

// step performs an instruction.
func (m *machine) step(op byte) error {
	switch op {
	case opMark:
		m.push(mark{})
	case opNone:
		m.push(none{})
	case opNewTrue, opNewFalse:
		m.push(op == opNewTrue)
	case opEmptyTuple:
		m.push(tuple{})
	case opEmptyDict:
		m.push(&dict{arrays: map[string]*Array{}})
	case opTuple, opTuple1, opTuple2, opTuple3:
		return m.tuple(op)
	case opDict, opSetItem, opSetItems:
		return m.items(op)
	case opReduce, opBuild:
		return m.object(op)
	case opGlobal, opStackGlobal:
		return m.global(op)
	case opProto:
		return m.proto()
	case opFrame:
		_, err := m.number(8)
		return err
	case opInt, opLong, opBinInt, opBinInt1, opBinInt2, opLong1:
		return m.integer(op)
	case opString, opBinString, opShortBinString, opUnicode, opBinUnicode, opShortBinUnicode, opBinUnicode8:
		return m.text(op)
	case opBinBytes, opShortBinBytes, opBinBytes8, opByteArray8:
		return m.bytes(op)
	case opGet, opBinGet, opLongBinGet, opPut, opBinPut, opLongBinPut, opMemoize:
		return m.memory(op)
	default:
		if name := refused[op]; name != "" {
			return fmt.Errorf("its instruction %s is none that arrays take", name)
		}
		return damaged("the byte %#02x is no instruction", op)
	}
	return nil
}

func (m *machine) tuple(op byte) error {
	var items []value
	var err error
	if op == opTuple {
		items, err = m.popMark()
	} else {
		items, err = m.pop(int(op-opTuple1) + 1)
	}
	if err == nil {
		m.push(append(tuple{}, items...))
	}
	return err
}

func (m *machine) items(op byte) error {
	var items []value
	var err error
	if op == opSetItem {
		items, err = m.pop(2)
	} else {
		items, err = m.popMark()
	}
	if err != nil {
		return err
	}
	if op == opDict { // the items lie where the dictionary goes
		items = append([]value(nil), items...)
		m.push(&dict{arrays: map[string]*Array{}})
	}
	return m.fill(items)
}

func (m *machine) object(op byte) error {
	two, err := m.pop(2)
	if err != nil {
		return err
	}
	if op == opBuild {
		object := two[0]
		err = build(object, two[1])
		m.push(object)
		return err
	}
	made, err := m.reduce(two[0], two[1])
	m.push(made)
	return err
}

// global pushes one of the known names.
func (m *machine) global(op byte) error {
	var g global
	if op == opGlobal {
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		g = global{string(module), string(name)}
	} else {
		two, err := m.pop(2)
		if err != nil {
			return err
		}
		module, isText := two[0].(text)
		name, isName := two[1].(text)
		if !isText || !isName {
			return damaged("a global's name is %s", describe(two[1]))
		}
		g = global{string(module), string(name)}
	}
	if known[g] == "" {
		return fmt.Errorf("it asks for %s", g)
	}
	m.push(g)
	return nil
}

func (m *machine) proto() error {
	n, err := m.byte()
	if err == nil && n > 5 {
		err = fmt.Errorf("it is of protocol %d, and this reader knows 0 to 5", n)
	}
	return err
}

// memory performs the instructions that remember and recall.
func (m *machine) memory(op byte) error {
	var index uint64
	var err error
	switch op {
	case opGet, opPut:
		var n int64
		n, err = m.decimal()
		index = uint64(n)
	case opBinGet, opBinPut:
		index, err = m.number(1)
	case opLongBinGet, opLongBinPut:
		index, err = m.number(4)
	case opMemoize:
		index = uint64(len(m.memo))
	}
	if err != nil {
		return err
	}
	if op == opGet || op == opBinGet || op == opLongBinGet {
		return m.recall(index)
	}
	return m.remember(index)
}
