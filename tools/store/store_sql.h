// The store's schema: the text of schema.sql, embedded when the program is built.
#pragma once

namespace lightfast::store {

extern const char* const store_sql;

}  // namespace lightfast::store
