package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"pongpg/trainer"
)

// hyper is the flags that a trainer.Config is made of: a recipe, and what departs
// from it.
type hyper struct {
	recipe    string
	seed      uint64
	overrides []func(reflect.Value)
	given     []string // their flags
}

const categoryHyper = "Hyperparameters (default: the recipe's)"

// flags returns --recipe, --seed and a flag for each field of trainer.Config that has a
// name for one.
func (h *hyper) flags() []cli.Flag {
	seed := into(&h.seed, parseNatural)
	flags := []cli.Flag{
		&cli.StringFlag{Name: "recipe", Value: trainer.Recipes[0], DefaultText: trainer.Recipes[0], Destination: &h.recipe, Usage: "hyperparameters to begin with: '" + strings.Join(trainer.Recipes, "' or '") + "'"},
		&cli.GenericFlag{Name: "seed", Value: seed, DefaultText: strconv.Itoa(defaultSeed), Usage: "what all random numbers follow from"},
	}
	h.seed = defaultSeed
	for _, field := range hyperFields() {
		flags = append(flags, &cli.GenericFlag{
			Name: field.Tag.Get("flag"), Usage: field.Tag.Get("help"), Category: categoryHyper,
			Value: h.value(field), DefaultText: recipeDefaults(field.Index),
		})
	}
	return flags
}

const defaultSeed = 1

// hyperFields returns the fields of trainer.Config that are flags.
func hyperFields() []reflect.StructField {
	var fields []reflect.StructField
	for _, field := range reflect.VisibleFields(reflect.TypeFor[trainer.Config]()) {
		if field.Tag.Get("flag") != "" {
			fields = append(fields, field)
		}
	}
	return fields
}

// value returns the value of a field's flag. Setting it waits until the recipe is
// known, which may come later on the command line.
func (h *hyper) value(field reflect.StructField) cli.Generic {
	override := func(set func(reflect.Value)) {
		h.overrides = append(h.overrides, func(config reflect.Value) { set(config.FieldByIndex(field.Index)) })
		h.given = append(h.given, field.Tag.Get("flag"))
	}
	switch field.Type.Kind() {
	case reflect.Int:
		return &value[int64]{parse: parseWhole, put: func(x int64) {
			override(func(f reflect.Value) { f.SetInt(x) })
		}}
	case reflect.Float64:
		return &value[float64]{parse: parseNumber, put: func(x float64) {
			override(func(f reflect.Value) { f.SetFloat(x) })
		}}
	case reflect.String:
		return &value[string]{parse: parseText, put: func(x string) {
			override(func(f reflect.Value) { f.SetString(x) })
		}}
	}
	panic(fmt.Sprintf("trainer.Config.%s is a %s, for which there is no flag", field.Name, field.Type))
}

// config returns the Config that the flags describe.
func (h *hyper) config() (trainer.Config, error) {
	config, err := h.unchecked()
	if err == nil {
		err = asUsage(config.Check())
	}
	return config, err
}

// unchecked returns what the flags describe, impossible or not.
func (h *hyper) unchecked() (trainer.Config, error) {
	config, err := trainer.Recipe(h.recipe)
	if err != nil {
		return config, asUsage(err)
	}
	config.Seed = h.seed
	for _, override := range h.overrides {
		override(reflect.ValueOf(&config).Elem())
	}
	return config, h.schedule(&config)
}

// schedule lets a flag that the recipe's schedule rules take the place of the schedule.
func (h *hyper) schedule(config *trainer.Config) error {
	for _, flag := range []string{"batch-decisions", "batch-episodes", "lr", "lr-final", "lr-updates", "entropy"} {
		switch {
		case !slices.Contains(h.given, flag):
		case slices.Contains(h.given, "schedule") && config.Schedule != "":
			return usageErrorf("--%s and --schedule cannot both hold: leave one out", flag)
		default:
			config.Schedule = ""
		}
	}
	return nil
}

// recipeDefaults returns a field's value in the default recipe, and after it those of other
// recipes that have another.
func recipeDefaults(index []int) string {
	var values []string
	names := map[string][]string{}
	for _, name := range trainer.Recipes {
		config, err := trainer.Recipe(name)
		if err != nil {
			panic(err) // the names are the trainer's own
		}
		value := cmp.Or(fieldText(&config, index), "none")
		if names[value] == nil {
			values = append(values, value)
		}
		names[value] = append(names[value], name)
	}
	for i, value := range values[1:] {
		values[i+1] = value + " for " + strings.Join(names[value], ", ")
	}
	return strings.Join(values, "; ")
}

// fieldText returns a field of a Config as a flag would be given it.
func fieldText(config *trainer.Config, index []int) string {
	return fmt.Sprint(reflect.ValueOf(config).Elem().FieldByIndex(index))
}
