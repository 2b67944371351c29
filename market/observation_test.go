package market

import (
	"reflect"
	"testing"
	"time"

	"pricegap/market/money"
)

// strange sets a value to something else than nought.
func strange(t *testing.T, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
	case Text:
		v.Set(reflect.ValueOf(NewText("x")))
	case Count:
		v.Set(reflect.ValueOf(CountOf(0)))
	case money.Amount:
		v.Set(reflect.ValueOf(money.New(0, "EUR")))
	case []Text:
		v.Set(reflect.ValueOf([]Text{NewText("x")}))
	case map[string]Count:
		v.Set(reflect.ValueOf(map[string]Count{"x": {}}))
	case map[Field]Evidence:
		v.Set(reflect.ValueOf(map[Field]Evidence{FieldPrice: {}}))
	default:
		switch v.Kind() {
		case reflect.String:
			v.SetString("x")
		case reflect.Int:
			v.SetInt(1)
		default:
			t.Fatalf("no value of %s is known", v.Type())
		}
	}
}

// TestRepeats holds for every field of an observation, those that are added one day among them, that it tells two apart.
func TestRepeats(t *testing.T) {
	var o Observation
	var each func(v reflect.Value, name string)
	each = func(v reflect.Value, name string) {
		for i := range v.NumField() {
			f, name := v.Field(i), name+v.Type().Field(i).Name
			if f.Type() == reflect.TypeFor[Offer]() || f.Type() == reflect.TypeFor[Trust]() {
				each(f, name+".")
				continue
			}
			strange(t, f)
			if same, want := o.Repeats(new(Observation)), name == "SeenAt" || name == "Run"; same != want {
				t.Errorf("another %s repeats: %t, want %t", name, same, want)
			}
			f.SetZero()
		}
	}
	each(reflect.ValueOf(&o).Elem(), "")
	if !o.Repeats(new(Observation)) {
		t.Error("nothing does not repeat nothing")
	}
}
