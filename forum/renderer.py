"""How forms are drawn: one field template, one form template, for the whole site."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Forms(TemplatesSetting):
    """Draw `{{ form }}` and `{{ form.name.as_field_group }}` by our components; widgets stay Django's own."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
