package known

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"pricegap/parsers"
)

// ErrSelfTest says that a parser of this program does not read its known page as it is known. Its text is the code that
// logs and scripts go by.
var ErrSelfTest = errors.New("parser_self_test")

// Check reads the known page of every registered parser, once in a process. The error is an ErrSelfTest that names parser,
// page and fields: this program reads pages wrongly and must not crawl.
var Check = sync.OnceValue(func() error { return check(parsers.Known, parsers.Names(), Case.Read) })

// check reads the known page of each parser in files by read.
func check(files fs.FS, names []string, read func(Case) (Said, error)) error {
	var wrong []error
	for _, name := range names {
		if err := checkOne(files, name, read); err != nil {
			wrong = append(wrong, fmt.Errorf("%w: parser %s: %w", ErrSelfTest, name, err))
		}
	}
	return errors.Join(wrong...)
}

func checkOne(files fs.FS, name string, read func(Case) (Said, error)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	c, err := Open(files, path.Join("testdata", name, "known.page.html"))
	if err != nil {
		return err
	}
	b, err := fs.ReadFile(files, c.Want)
	if err != nil {
		return err
	}
	var want Said
	if err := strict(bytes.TrimSpace(b), &want); err != nil {
		return fmt.Errorf("%s: %w", c.Want, err)
	}
	got, err := read(c)
	if err != nil {
		return err
	}
	for _, d := range Compare(c.Setting.Role, want, got) {
		err = errors.Join(err, fmt.Errorf("known page: %s", d))
	}
	if err == nil && len(want.Offers) == 0 {
		err = errors.New("the known page has no offer")
	}
	return err
}
