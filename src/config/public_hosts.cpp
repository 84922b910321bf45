// PublicHosts: one row a host; the paths are those of each provider's page on OpenAI compatibility.
#include "config/public_hosts.hpp"

#include <algorithm>

namespace byok::config {

namespace {

constexpr PublicHost kHosts[] = {
    {"api.openai.com", "/v1", "openai", "OPENAI_API_KEY"},
    {"eu.api.openai.com", "/v1", "openai", "OPENAI_API_KEY"},
    {"us.api.openai.com", "/v1", "openai", "OPENAI_API_KEY"},
    {"api.anthropic.com", "/v1", "anthropic", "ANTHROPIC_API_KEY"},
    {"openrouter.ai", "/api/v1", "openrouter", "OPENROUTER_API_KEY"},
    {"api.groq.com", "/openai/v1", "groq", "GROQ_API_KEY"},
    {"api.mistral.ai", "/v1", "mistral", "MISTRAL_API_KEY"},
    {"api.together.xyz", "/v1", "together", "TOGETHER_API_KEY"},
    {"api.x.ai", "/v1", "xai", "XAI_API_KEY"},
    {"api.cerebras.ai", "/v1", "cerebras", "CEREBRAS_API_KEY"},
    {"api.fireworks.ai", "/inference/v1", "fireworks", "FIREWORKS_API_KEY"},
    {"api.deepinfra.com", "/v1/openai", "deepinfra", "DEEPINFRA_API_KEY"},
    {"api.deepseek.com", "", "deepseek", "DEEPSEEK_API_KEY"},
    {"router.huggingface.co", "/v1", "huggingface", "HF_TOKEN"},
    {"integrate.api.nvidia.com", "/v1", "nvidia", "NVIDIA_API_KEY"},
    {"generativelanguage.googleapis.com", "/v1beta/openai", "gemini", "GEMINI_API_KEY"},
    {"models.github.ai", "/inference", "github-models", "GITHUB_TOKEN"},
    {"ollama.com", "/v1", "ollama-cloud", "OLLAMA_API_KEY"},
};

}  // namespace

const PublicHost* find_public_host(std::string_view host) {
  const auto found = std::ranges::find(kHosts, host, &PublicHost::host);
  return found == std::end(kHosts) ? nullptr : &*found;
}

}  // namespace byok::config
