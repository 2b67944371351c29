package phrase

//nolint:misspell // it is Spanish
const (
	esThing = "página|producto|artículo|oferta|contenido"
	esShop  = "web|tienda|sitio|página"
)

//nolint:misspell // it is Spanish
var spanish = wording{
	refused: phrases{
		"acceso|solicitud|petición|conexión & denegado|denegada|bloqueado|bloqueada|prohibido|rechazada|restringido",
		"no tienes|no tiene & permiso|permisos|autorización",
		"tráfico|actividad|solicitudes|peticiones & inusual|inusuales|sospechoso|sospechosa|sospechosas|automatizado|automatizada|automatizadas",
		"ip & bloqueada|bloqueado",
	},
	human: phrases{
		"robot|bot|humano|humana|persona real & no soy|no eres|no es|eres|es usted|seas|sea usted",
		"captcha & resuelv*|complet*|introduce|código",
		"navegador|conexión & comprobando|verificando|comprobar",
		"introduce|escribe|introduzca|escriba & caracteres|letras|código & imagen|ves|ve",
		"mantén|mantenga|desliza|arrastra & pulsado|botón|puzle|rompecabezas",
		"=un momento por favor",
		"=un momento",
		"=espera un momento",
		"=espere por favor",
		"=verificación de seguridad",
		"=comprobación de seguridad",
		"=captcha",
	},
	waiting: phrases{
		"cola|fila & estás en|está en|virtual|tu lugar|tu puesto",
		"sala de espera & virtual|estás|está|tienda|web",
		"tu turno|su turno & llegará|casi|pronto|minutos",
		"mucha demanda|gran afluencia|muchos visitantes|demasiados visitantes",
		"=sala de espera",
	},
	closed: phrases{
		"=mantenimiento",
		"mantenimiento & estamos|en mantenimiento|programado|tareas|por|modo|" + esShop,
		"volvemos|volveremos|regresamos|estaremos & enseguida|pronto|breve|minutos|seguida",
		esShop + " & cerrada|cerrado|fuera de servicio|inactiva|no está disponible & temporalmente|momento|momentáneamente|mantenimiento",
		"estamos & mejorando|actualizando|renovando & " + esShop,
	},
	missing: phrases{
		esThing + "|eso|nada & no & encontrado|encontrada|encontramos|encuentra|encontrar|existe|disponible|hallada|hallado",
		esThing + " & eliminado|eliminada|retirado|retirada|descatalogado|descatalogada|caducado|desaparecido",
		esThing + " & que buscas|que busca|que buscabas & no",
		"=no encontrado",
		"=no encontrada",
		"=error 404",
	},
	results: phrases{
		"resultados|resultado & búsqueda|para|sin|ningún|0",
		"tu búsqueda|su búsqueda|has buscado",
	},
	login: phrases{
		"=iniciar sesión",
		"=inicia sesión",
		"=acceder",
		"=acceso",
		"=identifícate",
		"=mi cuenta",
		"=login",
		"inicia*|inicie & sesión",
		"accede|acceso|identifícate & cuenta|clientes|profesionales|distribuidores",
		"ya soy cliente",
		"solo|exclusivo & socios|profesionales|clientes registrados",
	},
	members: phrases{
		"inicia*|inicie|identifícate|accede|acceda|regístrate|registrados|registrado & ver|visibles|consultar|solo & precio|precios",
	},
	consent: phrases{
		"antes de & continuar|seguir|entrar|empezar",
		"cookies|cookie & usamos|utilizamos|usan|aceptar|configuración|consentimiento|preferencias|tu|tus|ajustes",
		"tu|tus|su|valoramos|respetamos & privacidad|consentimiento",
		"privacidad & preferencias|configuración|ajustes|opciones",
		"=cookies",
	},
	age: phrases{
		"16|18|21 & mayor|eres|tienes|tiene|menos|mínimo & años|edad|mayor",
		"mayor de edad|mayoría de edad",
		"verificación|comprobación|control|confirm*|verifica & edad",
		"fecha de nacimiento & tu|su|introduce|indica",
	},
	abroad: phrases{
		"no & disponible|accesible & país|región|ubicación|zona",
	},
	region: phrases{
		"elige|elija|selecciona|seleccione|escoge|cambia & país|región|idioma|ubicación|destino",
		"país e idioma|país y región|país o región|idioma y país",
		"dónde & enviamos|enviar|enviarte|entregar",
	},
	buy: phrases{
		"cesta|carrito & añadir|agregar|añade",
		"comprar ahora|cómpralo ya",
	},
}
