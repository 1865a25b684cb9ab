// The layers of a plan: which step, and which namespace, is part of which; and plans that have some
// of them only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sandbox/plan.h"

namespace lightfast::sandboxee {

// One thing that a plan does, and the layer it is part of. What no layer claims is of the layer
// "none".
struct Part {
  std::string what, layer;
};

std::vector<Part> parts_of(const sandbox::WorkspacePlan& plan);

// `plan` without what is part of layers that are not kept.
sandbox::WorkspacePlan with_layers(sandbox::WorkspacePlan plan,
                                   const std::function<bool(const std::string& layer)>& is_kept);

}  // namespace lightfast::sandboxee
